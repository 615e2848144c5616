/**
 * Paying an invoice: which card, one attempt, and what follows from its outcome for the invoice and its
 * subscription. Automatic attempts are counted and planned again; a person's are not.
 */
import { changeRow, emit } from '../state/events';
import type { InvoiceRow, PaymentMethodRow } from '../state/rows';
import type { World } from '../state/world';
import { cardRefusal, invalid } from '../wire/errors';
import { chargeIntent, type Outcome } from './charges';
import { isHard } from './declines';
import { fallBehind, planRetry } from './dunning';
import { finalize, markPaid, subscriptionOf } from './invoices';
import { intentOf } from './intents';
import { settle } from './settled';

export interface Attempt {
  /** By the clock, or because somebody asked. */
  automatic: boolean;
  /** The cardholder is there. */
  present: boolean;
  paymentMethod?: string | undefined;
}

type Payment = Outcome | { kind: 'paid'; intent: null } | { kind: 'no_method'; intent: null };

/** Tries to pay; leaves what came of it in the invoice and its subscription. */
export function attempt(world: World, invoice: InvoiceRow, how: Attempt): Payment {
  const open = invoice.status === 'draft' ? finalize(world, invoice) : invoice;
  if (open.status === 'paid') {
    settle(world, open);
    return { kind: 'paid', intent: null };
  }
  const method = methodFor(world, open, how.paymentMethod);
  const intent = intentOf(world, open.id);
  if (!intent) throw new Error(`${open.id} is open and has no payment intent`);
  // A hard decline is counted and planned on, but the same card is not charged again by itself.
  const before = intent.last_payment_error;
  const isSpent = how.automatic && isHard(before) && before?.payment_method?.id === method?.id;
  if (!method || isSpent) {
    fail(world, open, how);
    return { kind: 'no_method', intent: null };
  }
  const outcome = chargeIntent(world, intent, method, how.present);
  if (outcome.kind === 'paid') succeed(world, open);
  else fail(world, open, how, outcome.kind === 'action');
  return outcome;
}

/** As `attempt`, for a caller who wants to hear of a refusal. */
export function payOrThrow(world: World, invoice: InvoiceRow, how: Attempt): Payment {
  const payment = attempt(world, invoice, how);
  if (payment.kind === 'declined') {
    throw cardRefusal(payment.decline, { payment_intent: payment.intent });
  }
  if (payment.kind === 'action') {
    throw cardRefusal(
      {
        code: 'invoice_payment_intent_requires_action',
        decline_code: null,
        message:
          'This payment requires additional user action before it can be completed successfully.',
      },
      { payment_intent: payment.intent },
    );
  }
  if (payment.kind === 'no_method') throw noMethod();
  return payment;
}

export function noMethod(): Error {
  return invalid(
    'This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/payment-methods/overview#setting-default-payment-methods.',
    undefined,
    'resource_missing',
  );
}

/** The first of: the one asked for, the invoice's, the subscription's, the customer's. */
export function methodFor(
  world: World,
  invoice: InvoiceRow,
  wanted?: string,
): PaymentMethodRow | undefined {
  const customer = world.need('customer', invoice.customer);
  const id =
    wanted ??
    invoice.default_payment_method ??
    subscriptionOf(world, invoice)?.default_payment_method ??
    customer.invoice_settings.default_payment_method;
  const method = world.get('payment_method', id);
  return method?.customer === customer.id ? method : undefined;
}

function succeed(world: World, invoice: InvoiceRow): void {
  const now = world.now(invoice.test_clock);
  for (const payment of world.all('invoice_payment')) {
    if (payment.invoice !== invoice.id) continue;
    const paid = world.put({
      ...payment,
      amount_paid: payment.amount_requested,
      status: 'paid',
      status_transitions: { canceled_at: null, paid_at: now },
    });
    emit(world, 'invoice_payment.paid', paid);
  }
  const attempt_count = Math.max(1, invoice.attempt_count);
  settle(world, markPaid(world, { ...invoice, attempt_count }));
}

function fail(world: World, invoice: InvoiceRow, how: Attempt, needsAction = false): void {
  const isFirst = invoice.attempt_count === 0;
  const isRetried =
    invoice.auto_advance === true && invoice.billing_reason !== 'subscription_create';
  const next =
    isRetried && (how.automatic || isFirst)
      ? planRetry(world, invoice)
      : invoice.next_payment_attempt;
  const failed = changeRow(
    world,
    invoice,
    {
      attempt_count: invoice.attempt_count + (how.automatic || isFirst ? 1 : 0),
      attempted: true,
      next_payment_attempt: next,
      auto_advance: isRetried ? next !== null : (invoice.auto_advance ?? false),
    },
    'invoice.updated',
  );
  if (needsAction) emit(world, 'invoice.payment_action_required', failed);
  emit(world, 'invoice.payment_failed', failed);
  fallBehind(world, failed, isRetried && how.automatic && next === null);
}
