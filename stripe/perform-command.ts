/**
 * Does what billing asks of Stripe. Every command may be given again: under its key Stripe does it once.
 *
 * Stripe keeps a failure of its own under the key as well, and would answer it for a day. Then what was
 * asked for is looked for; only if it is not there, it is asked for under a new key.
 */
import type Stripe from 'stripe';
import { isTollgateError } from '../core/contract/errors';
import { decodePackChange, CHANGE_METADATA } from '../core/contract/pack-change';
import type { StripeCommand } from '../core/contract/stripe-command';
import { ask, askAll, freshKey, PAGE, writeKey } from './ask';
import type { Buyer } from './buyer';
import { changeItems } from './change-items';
import { chargeTopUp } from './charge-top-up';
import { openPackCheckout, openTopUpCheckout } from './checkout';
import { creditUnused, removeCredit, waitingUnder } from './credit-items';
import { cancelAtPeriodEnd, cancelDuplicate, cancelNow, resubscribe } from './end-subscription';
import { KEY } from './metadata';
import type { Prices } from './prices';

export interface StripeDone {
  /** Where to send the customer, for Checkout. */
  readonly url?: string;
}

/** New keys after failures that Stripe has kept; more of them are left to the next day. */
const MAX_KEYS = 3;

/** @throws CARD_DECLINED, STRIPE_REFUSED, STRIPE_NOT_SET_UP, STRIPE_UNAVAILABLE, STRIPE_KEY_REFUSED */
export async function performCommand(
  sdk: Stripe,
  prices: Prices,
  buyer: Buyer,
  command: StripeCommand,
): Promise<StripeDone> {
  const base = `${buyer.customer}:${command.key}`;
  for (let nth = 1; ; nth += 1) {
    try {
      return await send(sdk, prices, buyer, command, nth === 1 ? base : `${base}:${nth}`);
    } catch (error) {
      const stored =
        isTollgateError(error, 'STRIPE_UNAVAILABLE') && error.details['stored'] === true;
      if (!stored || nth >= MAX_KEYS) throw error;
      if (await isDone(sdk, buyer, command)) return {};
    }
  }
}

async function send(
  sdk: Stripe,
  prices: Prices,
  buyer: Buyer,
  command: StripeCommand,
  key: string,
): Promise<StripeDone> {
  switch (command.do) {
    case 'credit-unused':
      await creditUnused(sdk, buyer.customer, command, key);
      return {};
    case 'remove-credit':
      await removeCredit(sdk, buyer.customer, command.credit);
      return {};
    case 'change-pack':
      await changeItems(sdk, prices, command, key);
      return {};
    case 'cancel': {
      const end = command.now ? cancelNow : cancelAtPeriodEnd;
      await end(sdk, command.subscription, key);
      return {};
    }
    case 'resubscribe':
      await resubscribe(sdk, command.subscription, key);
      return {};
    case 'cancel-duplicate':
      await cancelDuplicate(sdk, { ...command, key });
      return {};
    case 'pay-invoice':
      await payInvoice(sdk, command.invoice, command.paymentMethod, key);
      return {};
    case 'use-payment-method':
      await ask(() =>
        sdk.subscriptions.update(
          command.subscription,
          { default_payment_method: command.paymentMethod },
          // Back to a method of an hour ago is no repetition.
          freshKey(key),
        ),
      );
      return {};
    case 'checkout-pack':
      return { url: await openPackCheckout(sdk, prices, buyer, { ...command, key }) };
    case 'checkout-top-up':
      return { url: await openTopUpCheckout(sdk, prices, buyer, { ...command, key }) };
    case 'charge-top-up':
      await chargeTopUp(sdk, buyer, command, key);
      return {};
  }
}

/** Somebody may have paid it meanwhile. */
async function payInvoice(
  sdk: Stripe,
  invoice: string,
  paymentMethod: string,
  key: string,
): Promise<void> {
  const { status } = await ask(() => sdk.invoices.retrieve(invoice));
  if (status !== 'open') return;
  await ask(() => sdk.invoices.pay(invoice, { payment_method: paymentMethod }, writeKey(key)));
}

/** Commands that are not listed here can be given twice without harm. */
async function isDone(sdk: Stripe, { customer }: Buyer, command: StripeCommand): Promise<boolean> {
  switch (command.do) {
    case 'credit-unused':
      return (await waitingUnder(sdk, customer, command.key)).length > 0;
    case 'change-pack': {
      const { metadata } = await ask(() => sdk.subscriptions.retrieve(command.subscription));
      return decodePackChange(metadata[CHANGE_METADATA])?.id === command.change.id;
    }
    case 'charge-top-up': {
      const made = await askAll(() => sdk.paymentIntents.list({ customer, limit: PAGE }));
      return made.some(({ metadata }) => metadata[KEY] === command.key);
    }
    default:
      return false;
  }
}
