/**
 * The customer's own page: cards, invoices, and ending or resuming a subscription where the configuration
 * allows it. Under flexible billing an end is a date alone, as Stripe's portal makes it.
 */
import { attachCard, createCard, findTestCard } from '../engine/cards';
import { firstEnd } from '../engine/items';
import { describePrice, showAmount } from '../engine/pricing';
import { showDate } from '../engine/time';
import { changeRow, emit } from '../state/events';
import type { PortalSessionRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { cardPicker } from './card-picker';
import { alertOf, button, html, type Html, layout } from './html';

export function portalPage(
  world: World,
  session: PortalSessionRow,
  message: string | null,
): string {
  const path = `/portal/${session.id}`;
  const customer = world.need('customer', session.customer);
  const { features } = world.need('billing_portal.configuration', session.configuration);
  const live = world
    .all('subscription')
    .filter((it) => it.customer === customer.id && !it.ended_at);
  const cards = world.all('payment_method').filter((it) => it.customer === customer.id);
  const invoices = world
    .all('invoice')
    .filter((it) => it.customer === customer.id && it.status !== 'draft')
    .reverse();
  const chosen = customer.invoice_settings.default_payment_method;
  return layout(
    'Billing',
    html`${alertOf(message)}
      <h2>Subscriptions</h2>
      ${live.map((it) => subscriptionPart(world, path, it, features.subscription_cancel.enabled))}
      <h2>Payment method</h2>
      <ul>
        ${cards.map(
          (it) =>
            html`<li>
              ${it.card?.brand} ending in ${it.card?.last4}${it.id === chosen ? ', default' : ''}
            </li>`,
        )}
      </ul>
      ${
        features.payment_method_update.enabled
          ? html`<form method="post" action="${path}">
              ${cardPicker()}
              <button class="main" type="submit" name="outcome" value="card">Use this card</button>
            </form>`
          : html``
      }
      ${
        features.invoice_history.enabled
          ? html`<h2>Invoices</h2>
              <ul>
                ${invoices.map(
                  (it) =>
                    html`<li>
                      <a href="/invoice/${it.id}">${it.number}</a>,
                      ${showAmount(it.total, it.currency)}, ${it.status}
                    </li>`,
                )}
              </ul>`
          : html``
      }
      ${session.return_url ? html`<p><a href="${session.return_url}">Back</a></p>` : html``}`,
  );
}

function subscriptionPart(
  world: World,
  path: string,
  row: SubscriptionRow,
  canCancel: boolean,
): Html {
  const items = row.items.data.map(
    (it) =>
      html`<li>${describePrice(world, world.need('price', it.price.id), it.quantity ?? 1)}</li>`,
  );
  const ends = row.cancel_at;
  const change = ends
    ? button(path, 'Keep the subscription', { outcome: 'resume', subscription: row.id })
    : button(path, 'Cancel the subscription', { outcome: 'cancel', subscription: row.id });
  return html`<section>
    <ul>
      ${items}
    </ul>
    <p>
      ${row.status}${ends ? `, ends on ${showDate(ends)}` : `, renews on ${showDate(firstEnd(row))}`}
    </p>
    ${canCancel ? change : html``}
  </section>`;
}

export function actInPortal(
  world: World,
  session: PortalSessionRow,
  form: Record<string, string>,
): void {
  if (form['outcome'] === 'card') {
    useCard(world, session.customer, form['card'] ?? '');
    return;
  }
  const { features } = world.need('billing_portal.configuration', session.configuration);
  const row = world.get('subscription', form['subscription']);
  if (row?.customer !== session.customer) {
    throw missing('subscription', form['subscription'] ?? '');
  }
  if (!features.subscription_cancel.enabled) {
    throw invalid('This portal does not let subscriptions be cancelled.');
  }
  const now = world.now(row.test_clock);
  const changes =
    form['outcome'] === 'cancel'
      ? {
          cancel_at: firstEnd(row),
          cancel_at_period_end: row.billing_mode.type === 'classic',
          canceled_at: now,
        }
      : { cancel_at: null, cancel_at_period_end: false, canceled_at: null };
  changeRow(world, row, changes, 'customer.subscription.updated');
}

function useCard(world: World, customer: string, number: string): void {
  const card = findTestCard(number);
  if (!card) throw invalid('Your card number is incorrect.', 'card', 'incorrect_number');
  const method = attachCard(world, createCard(world, card).id, customer);
  emit(world, 'payment_method.attached', method);
  const row = world.need('customer', customer);
  const settings = { ...row.invoice_settings, default_payment_method: method.id };
  changeRow(world, row, { invoice_settings: settings }, 'customer.updated');
}
