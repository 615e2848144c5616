/** A top-up charged to the card on file. What needs the customer is a decline: nobody is there. */
import type Stripe from 'stripe';
import type { StripeCommand } from '../core/contract/stripe-command';
import { ask, writeKey } from './ask';
import type { Buyer } from './buyer';
import { ACCOUNT, CREDITS, KEY, PAYMENT_METHOD, PRICE, TOP_UP } from './metadata';

export type ChargeTopUp = Extract<StripeCommand, { readonly do: 'charge-top-up' }>;

/** @throws CARD_DECLINED */
export async function chargeTopUp(
  sdk: Stripe,
  { account, customer }: Buyer,
  command: ChargeTopUp,
  writtenUnder: string,
): Promise<void> {
  const { key, credits, price, currency, paymentMethod } = command;
  await ask(() =>
    sdk.paymentIntents.create(
      {
        amount: price,
        currency,
        customer,
        payment_method: paymentMethod,
        // Without this Stripe wants an address to send the customer to.
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        off_session: true,
        confirm: true,
        metadata: {
          [ACCOUNT]: account,
          [KEY]: key,
          [TOP_UP]: 'automatic',
          [CREDITS]: credits,
          [PRICE]: String(price),
          [PAYMENT_METHOD]: paymentMethod,
        },
      },
      writeKey(writtenUnder),
    ),
  );
}
