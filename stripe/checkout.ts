/**
 * Checkout. Whose it is stands on the session and, because a session's metadata does not get there, on
 * the subscription or payment that comes out of it.
 */
import type Stripe from 'stripe';
import type { StripeCommand } from '../core/contract/stripe-command';
import { ask, askAll, PAGE, writeKey } from './ask';
import type { Buyer } from './buyer';
import { ACCOUNT, CREDITS, KEY, TOP_UP } from './metadata';
import type { Prices } from './prices';

type CheckoutPack = Extract<StripeCommand, { readonly do: 'checkout-pack' }>;
type CheckoutTopUp = Extract<StripeCommand, { readonly do: 'checkout-top-up' }>;

/** Of two tabs only the last one can still be paid. */
export async function openPackCheckout(
  sdk: Stripe,
  prices: Prices,
  buyer: Buyer,
  { key, lookupKey }: CheckoutPack,
): Promise<string> {
  const price = await prices.idOf(lookupKey);
  await expireOthers(sdk, buyer.customer, key);
  const owner = { [ACCOUNT]: buyer.account };
  return openSession(sdk, key, {
    ...base(buyer, key),
    mode: 'subscription',
    line_items: [{ price, quantity: 1 }],
    subscription_data: { metadata: owner, billing_mode: { type: 'flexible' } },
  });
}

export async function openTopUpCheckout(
  sdk: Stripe,
  prices: Prices,
  buyer: Buyer,
  { key, lookupKey, credits }: CheckoutTopUp,
): Promise<string> {
  const price = await prices.idOf(lookupKey);
  const session = base(buyer, key);
  return openSession(sdk, key, {
    ...session,
    mode: 'payment',
    line_items: [{ price, quantity: 1 }],
    metadata: { ...session.metadata, [TOP_UP]: 'checkout', [CREDITS]: credits },
    payment_intent_data: { metadata: { [ACCOUNT]: buyer.account } },
  });
}

function base(
  { customer, account, returnUrl }: Buyer,
  key: string,
): {
  customer: string;
  client_reference_id: string;
  success_url: string;
  cancel_url: string;
  metadata: Record<string, string>;
} {
  return {
    customer,
    client_reference_id: account.slice(0, 200),
    success_url: returnUrl,
    cancel_url: returnUrl,
    metadata: { [ACCOUNT]: account, [KEY]: key },
  };
}

async function openSession(
  sdk: Stripe,
  key: string,
  session: Stripe.Checkout.SessionCreateParams,
): Promise<string> {
  const { url } = await ask(() => sdk.checkout.sessions.create(session, writeKey(key)));
  return url ?? '';
}

async function expireOthers(sdk: Stripe, customer: string, key: string): Promise<void> {
  const open = await askAll(() =>
    sdk.checkout.sessions.list({ customer, status: 'open', limit: PAGE }),
  );
  const others = open.filter(
    ({ mode, metadata }) => mode === 'subscription' && metadata?.[KEY] !== key,
  );
  for (const { id } of others) {
    await ask(() => sdk.checkout.sessions.expire(id, {}, writeKey('expire', id)));
  }
}
