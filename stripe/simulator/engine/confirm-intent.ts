/**
 * Confirming and cancelling a payment intent that was made through the API: which card, whether the
 * cardholder is there, and what Stripe says where it cannot be done. Those of invoices and Checkout
 * sessions are paid by what they belong to.
 */
import { emit } from '../state/events';
import type { PaymentIntentRow, PaymentMethodRow } from '../state/rows';
import type { World } from '../state/world';
import { cardRefusal, invalid, missing, refusal } from '../wire/errors';
import { findReady } from './cards';
import { chargeIntent, refuseCharge, type Outcome } from './charges';
import { declineOf } from './declines';

export interface Confirmation {
  /** Nobody is there: a card that asks for its holder is a decline. */
  offSession: boolean;
  errorOnAction: boolean;
  returnUrl: string | null;
}

const OPEN: string[] = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** The customer's own, one of nobody, or a ready-made name, which becomes a card of its own. */
export function methodForIntent(
  world: World,
  given: string,
  customer: string | null,
): PaymentMethodRow {
  const method = world.get('payment_method', given) ?? findReady(world, given);
  if (!method) throw missing('PaymentMethod', given, 'payment_method');
  if (method.customer === null || method.customer === customer) return method;
  throw invalid(
    customer === null
      ? 'The payment method you provided is attached to a customer so for security purposes you must provide the customer in the request.'
      : `The customer does not have a payment method with the ID ${given}. The payment method must be attached to the customer.`,
    'payment_method',
    'resource_missing',
  );
}

export function confirmIntent(
  world: World,
  intent: PaymentIntentRow,
  how: Confirmation,
): PaymentIntentRow {
  mustBeOwn(world, intent);
  if (!OPEN.includes(intent.status)) throw unexpected(intent, 'confirm');
  const method = world.get('payment_method', intent.payment_method);
  if (!method) {
    throw stateError(
      intent,
      `You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.`,
    );
  }
  if (intent.automatic_payment_methods?.allow_redirects === 'always' && how.returnUrl === null) {
    throw invalid(
      "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never`.",
    );
  }
  const outcome = tryCard(world, intent, method, how);
  if (outcome.kind !== 'declined') return outcome.intent;
  const charge = outcome.intent.latest_charge;
  throw cardRefusal(outcome.decline, {
    payment_intent: outcome.intent,
    ...(charge === null ? {} : { charge }),
  });
}

function tryCard(
  world: World,
  intent: PaymentIntentRow,
  method: PaymentMethodRow,
  { offSession, errorOnAction }: Confirmation,
): Outcome {
  const { needsAuthentication } = world.need('sim.card', method.id);
  return needsAuthentication && (offSession || errorOnAction)
    ? refuseCharge(world, intent, method, declineOf('authentication_required'))
    : chargeIntent(world, intent, method, false);
}

/** The cardholder proves who he is, or fails to: what Stripe's page in the browser would do. */
export function authenticateIntent(
  world: World,
  intent: PaymentIntentRow,
  succeeds: boolean,
): PaymentIntentRow {
  mustBeOwn(world, intent);
  if (intent.status !== 'requires_action') throw unexpected(intent, 'authenticate');
  const method = world.need('payment_method', intent.payment_method);
  return succeeds
    ? chargeIntent(world, intent, method, true).intent
    : refuseCharge(world, intent, method, declineOf('payment_intent_authentication_failure'))
        .intent;
}

export function cancelIntent(
  world: World,
  intent: PaymentIntentRow,
  reason: PaymentIntentRow['cancellation_reason'],
): PaymentIntentRow {
  mustBeOwn(world, intent);
  if (!OPEN.includes(intent.status)) {
    throw stateError(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.`,
    );
  }
  const canceled = world.put<PaymentIntentRow>({
    ...intent,
    canceled_at: world.now(world.get('customer', intent.customer)?.test_clock),
    cancellation_reason: reason,
    next_action: null,
    status: 'canceled',
  });
  emit(world, 'payment_intent.canceled', canceled);
  return canceled;
}

function mustBeOwn(world: World, intent: PaymentIntentRow): void {
  const ofInvoice = world
    .all('invoice_payment')
    .some(({ payment }) => payment.payment_intent === intent.id);
  if (ofInvoice)
    throw stateError(intent, 'This PaymentIntent belongs to an invoice: pay or void that.');
  const ofSession = world
    .all('checkout.session')
    .some(({ payment_intent }) => payment_intent === intent.id);
  if (ofSession) {
    throw stateError(
      intent,
      'You cannot do this to the PaymentIntent of a Checkout Session. Expire the Checkout Session instead.',
    );
  }
}

function unexpected(intent: PaymentIntentRow, verb: string): Error {
  const why =
    intent.status === 'succeeded'
      ? 'it has already succeeded after being previously confirmed'
      : `it has a status of ${intent.status}`;
  return stateError(intent, `You cannot ${verb} this PaymentIntent because ${why}.`);
}

function stateError(intent: PaymentIntentRow, message: string): Error {
  return refusal({
    status: 400,
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message,
    more: { payment_intent: intent },
  });
}
