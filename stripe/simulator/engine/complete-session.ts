/**
 * What happens when somebody pays on a Checkout page. As since API 2025-03-31, a subscription is made only
 * once the money is there, so a refused card leaves no trace but the refusal. A delayed payment completes
 * the session as unpaid and decides later.
 */
import { emit } from '../state/events';
import type { CustomerRow, PaymentMethodRow, SessionRow } from '../state/rows';
import type { World } from '../state/world';
import { cardRefusal, invalid } from '../wire/errors';
import { chargeIntent } from './charges';
import { createSubscription } from './create-subscription';
import { createDraft, finalize, markPaid } from './invoices';
import { openIntent } from './intents';
import { buildLine } from './lines';
import { costOf, describePrice } from './pricing';

/** `method` belongs to the customer already. */
export function completeSession(
  world: World,
  session: SessionRow,
  customer: CustomerRow,
  method: PaymentMethodRow,
): SessionRow {
  mustBeOpen(session);
  const done =
    session.mode === 'subscription'
      ? subscribe(world, session, customer, method)
      : pay(world, session, customer, method);
  const completed = world.put<SessionRow>({
    ...done,
    ...closedBy(customer),
    payment_status: 'paid',
    status: 'complete',
    url: null,
  });
  emit(world, 'checkout.session.completed', completed);
  return completed;
}

/** A way of paying that takes days: the session is complete, the money is not there. */
export function completeLater(
  world: World,
  session: SessionRow,
  customer: CustomerRow,
): SessionRow {
  mustBeOpen(session);
  if (session.mode !== 'payment') {
    throw invalid('Only a session in payment mode can be paid later here.', 'mode');
  }
  const intent = openSessionIntent(world, session, customer);
  world.put({ ...intent, status: 'processing' as const });
  const completed = world.put<SessionRow>({
    ...session,
    ...closedBy(customer),
    payment_intent: intent.id,
    payment_status: 'unpaid',
    status: 'complete',
    url: null,
  });
  emit(world, 'checkout.session.completed', completed);
  return completed;
}

export function settleLater(
  world: World,
  session: SessionRow,
  method: PaymentMethodRow | null,
): SessionRow {
  const intent = world.get('payment_intent', session.payment_intent);
  if (intent?.status !== 'processing') {
    throw invalid('Nothing is under way for this session.', 'session');
  }
  const outcome = method ? chargeIntent(world, intent, method, true) : null;
  if (outcome?.kind === 'paid') {
    const paid = world.put<SessionRow>({ ...session, payment_status: 'paid' });
    emit(world, 'checkout.session.async_payment_succeeded', paid);
    return paid;
  }
  const failed = world.put({ ...intent, status: 'requires_payment_method' as const });
  if (!outcome) emit(world, 'payment_intent.payment_failed', failed);
  emit(world, 'checkout.session.async_payment_failed', session);
  return session;
}

function mustBeOpen(session: SessionRow): void {
  if (session.status !== 'open') {
    throw invalid(`This Checkout session is ${String(session.status)}.`, 'session');
  }
}

function closedBy(customer: CustomerRow): Partial<SessionRow> {
  return {
    customer: customer.id,
    customer_details: {
      address: null,
      business_name: null,
      email: customer.email,
      individual_name: null,
      name: customer.name ?? null,
      phone: null,
      tax_exempt: 'none',
      tax_ids: [],
    },
  };
}

function subscribe(
  world: World,
  session: SessionRow,
  customer: CustomerRow,
  method: PaymentMethodRow,
): SessionRow {
  const kept = world.need('sim.session_items', session.id);
  const subscription = createSubscription(world, {
    customer,
    items: kept.items.map(({ price, quantity }) => ({
      price: world.need('price', price),
      quantity,
      metadata: {},
    })),
    metadata: kept.subscriptionData.metadata,
    description: kept.subscriptionData.description,
    defaultPaymentMethod: method.id,
    billingMode: kept.billingMode,
    anchor: null,
    prorated: true,
    cancelAt: null,
    cancelAtPeriodEnd: false,
    collection: { method: 'charge_automatically', daysUntilDue: null },
    paymentBehavior: 'error_if_incomplete',
    present: true,
  });
  return { ...session, subscription: subscription.id, invoice: subscription.latest_invoice };
}

function pay(
  world: World,
  session: SessionRow,
  customer: CustomerRow,
  method: PaymentMethodRow,
): SessionRow {
  const intent = openSessionIntent(world, session, customer);
  const outcome = chargeIntent(world, intent, method, true);
  if (outcome.kind === 'declined') throw cardRefusal(outcome.decline);
  const invoice = session.invoice_creation?.enabled ? invoiceFor(world, session, customer) : null;
  return { ...session, payment_intent: intent.id, invoice };
}

function openSessionIntent(
  world: World,
  session: SessionRow,
  customer: CustomerRow,
): ReturnType<typeof openIntent> {
  const { paymentData } = world.need('sim.session_items', session.id);
  return openIntent(world, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? 'usd',
    customer: customer.id,
    description: paymentData.description,
    metadata: paymentData.metadata,
    setupFutureUsage: paymentData.setupFutureUsage,
  });
}

/** With `invoice_creation` a payment also has an invoice, which is paid from the start. */
function invoiceFor(world: World, session: SessionRow, customer: CustomerRow): string {
  const { items } = world.need('sim.session_items', session.id);
  const now = world.now(customer.test_clock);
  const draft = createDraft(world, {
    customer: { ...customer, balance: 0 },
    subscription: null,
    reason: 'manual',
    period: { start: now, end: now },
    autoAdvance: false,
    lines: (invoice) =>
      items.map(({ price: id, quantity }) => {
        const price = world.need('price', id);
        return buildLine(world, invoice, {
          amount: costOf(price, quantity),
          currency: price.currency,
          description: describePrice(world, price, quantity),
          period: { start: now, end: now },
          price,
          quantity,
          subscription: null,
          item: null,
          proration: false,
          credited: null,
          metadata: {},
        });
      }),
  });
  return markPaid(world, finalize(world, draft, { charge: false })).id;
}
