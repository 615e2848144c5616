/**
 * Purchases of credits outside of a subscription: Checkout sessions, and payments that were made without
 * the customer there. What was sold stands in their metadata.
 */
import type Stripe from 'stripe';
import type { TopUpSnapshot } from '../core/contract/stripe-snapshot';
import { askAll, PAGE } from './ask';
import { idOf } from './ids';
import { CREDITS, PAYMENT_METHOD, PRICE, TOP_UP } from './metadata';
import type { Payments } from './read-payments';

export async function readTopUps(
  sdk: Stripe,
  customer: string,
  payments: () => Promise<Payments>,
): Promise<readonly TopUpSnapshot[]> {
  const [sessions, intents, arrived] = await Promise.all([
    askAll(() => sdk.checkout.sessions.list({ customer, limit: PAGE })),
    askAll(() => sdk.paymentIntents.list({ customer, limit: PAGE })),
    payments(),
  ]);
  const byId = new Map(intents.map((intent) => [intent.id, intent]));
  return [
    ...sessions
      .filter(({ mode, metadata }) => mode === 'payment' && metadata?.[TOP_UP] === 'checkout')
      .map((session) => readSession(session, byId, arrived)),
    ...intents
      .filter(({ metadata }) => metadata[TOP_UP] === 'automatic')
      .map((intent) => readAutomatic(intent, arrived)),
  ];
}

function readSession(
  session: Stripe.Checkout.Session,
  intents: ReadonlyMap<string, Stripe.PaymentIntent>,
  payments: Payments,
): TopUpSnapshot {
  const { id, created, metadata, amount_total } = session;
  const intent = idOf(session.payment_intent);
  const payment = intent === undefined ? undefined : payments.of(intent);
  return {
    id,
    automatic: false,
    status: statusOf(session, intents.get(intent ?? '')),
    credits: metadata?.[CREDITS] ?? '0',
    price: Number(metadata?.[PRICE] ?? amount_total ?? 0),
    createdAt: created,
    ...(payment ? { payment } : {}),
  };
}

/** A session is complete before an asynchronous payment is: only `payment_status` says that it was paid. */
function statusOf(
  { status, payment_status }: Stripe.Checkout.Session,
  intent: Stripe.PaymentIntent | undefined,
): TopUpSnapshot['status'] {
  if (status === 'expired') return 'expired';
  if (status !== 'complete') return 'open';
  if (payment_status !== 'unpaid') return 'paid';
  return intent && hasFailed(intent) ? 'failed' : 'processing';
}

function readAutomatic(intent: Stripe.PaymentIntent, payments: Payments): TopUpSnapshot {
  const { id, amount, created, metadata, status } = intent;
  const failed = hasFailed(intent);
  const payment = payments.of(id);
  const paymentMethod = metadata[PAYMENT_METHOD];
  return {
    id,
    automatic: true,
    status: status === 'succeeded' ? 'paid' : failed ? 'failed' : 'processing',
    ...(failed ? { failedFor: wantsHolder(intent) ? 'authentication-required' : 'declined' } : {}),
    credits: metadata[CREDITS] ?? '0',
    price: Number(metadata[PRICE] ?? amount),
    createdAt: created,
    ...(paymentMethod === undefined ? {} : { paymentMethod }),
    ...(payment ? { payment } : {}),
  };
}

/** Nobody is there to give another card or to confirm: what needs either has failed. */
function hasFailed({ status }: Stripe.PaymentIntent): boolean {
  return ['requires_payment_method', 'requires_action', 'canceled'].includes(status);
}

function wantsHolder({ status, last_payment_error }: Stripe.PaymentIntent): boolean {
  return status === 'requires_action' || last_payment_error?.code === 'authentication_required';
}
