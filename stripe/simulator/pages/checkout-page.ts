/** The page of a Checkout session: what is bought, a card, and the ways it can end. */
import { attachCard, createCard, findTestCard } from '../engine/cards';
import { completeLater, completeSession, settleLater } from '../engine/complete-session';
import { expireSession } from '../engine/expire-session';
import { describePrice, showAmount } from '../engine/pricing';
import { emit } from '../state/events';
import type { CustomerRow, SessionRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid } from '../wire/errors';
import { createCustomer } from '../routes/customers';
import { cardPicker } from './card-picker';
import { alertOf, button, html, layout } from './html';

export function checkoutPage(world: World, session: SessionRow, message: string | null): string {
  const path = `/checkout/${session.id}`;
  const { items } = world.need('sim.session_items', session.id);
  const rows = items.map(({ price: id, quantity }) => {
    const price = world.need('price', id);
    return html`<li>${describePrice(world, price, quantity)}</li>`;
  });
  const total = showAmount(session.amount_total ?? 0, session.currency ?? 'usd');
  const verb = session.mode === 'subscription' ? 'Subscribe' : 'Pay';
  const open = html`<form method="post" action="${path}">
      ${cardPicker()}
      <div class="choices">
        <button class="main" type="submit" name="outcome" value="pay">${verb}</button>
        ${
          session.mode === 'payment'
            ? html`<button type="submit" name="outcome" value="later">Pay later</button>`
            : html``
        }
      </div>
    </form>
    <div class="choices">
      ${button(path, 'Back to the shop', { outcome: 'back' })}
      ${button(path, 'Let it expire', { outcome: 'expire' })}
    </div>`;
  const closed = html`<p>
      This session is ${session.status}; its payment is ${session.payment_status}.
    </p>
    ${
      session.payment_status === 'unpaid' && session.status === 'complete'
        ? html`${button(path, 'The delayed payment arrives', { outcome: 'arrives' })}
          ${button(path, 'The delayed payment fails', { outcome: 'fails' })}`
        : html``
    }`;
  return layout(
    'Checkout',
    html`${alertOf(message)}
      <ul>
        ${rows}
      </ul>
      <p>Total: <strong class="total">${total}</strong></p>
      ${session.status === 'open' ? open : closed}`,
  );
}

/** Carries out a choice; answers where the browser goes next. */
export function act(world: World, session: SessionRow, form: Record<string, string>): string {
  const here = `/checkout/${session.id}`;
  switch (form['outcome']) {
    case 'back':
      return session.cancel_url ?? here;
    case 'expire':
      expireSession(world, session);
      return here;
    case 'arrives':
      settleLater(world, session, createCard(world, cardOf('4242424242424242')));
      return here;
    case 'fails':
      settleLater(world, session, null);
      return here;
    case 'later':
      completeLater(world, session, customerFor(world, session));
      return landing(session) ?? here;
    default:
      payNow(world, session, form['card'] ?? '');
      return landing(session) ?? here;
  }
}

/** Pays with the card of a number; throws what Stripe would show. */
export function payNow(world: World, session: SessionRow, number: string): SessionRow {
  const customer = customerFor(world, session);
  const card = createCard(world, cardOf(number));
  const { paymentData } = world.need('sim.session_items', session.id);
  const isKept = session.mode === 'subscription' || paymentData.setupFutureUsage !== null;
  if (!isKept) return completeSession(world, session, customer, card);
  const attached = attachCard(world, card.id, customer.id);
  emit(world, 'payment_method.attached', attached);
  return completeSession(world, session, customer, attached);
}

function cardOf(number: string): NonNullable<ReturnType<typeof findTestCard>> {
  const card = findTestCard(number);
  if (!card) throw invalid('Your card number is incorrect.', 'card', 'incorrect_number');
  return card;
}

function customerFor(world: World, session: SessionRow): CustomerRow {
  const known = world.get('customer', session.customer);
  return known ?? createCustomer(world, { email: session.customer_email });
}

function landing(session: SessionRow): string | undefined {
  return session.success_url?.replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}
