/** Credits on the next invoice, each under the key of the command that made it. */
import type Stripe from 'stripe';
import type { StripeCommand } from '../core/contract/stripe-command';
import { ask, askAll, PAGE, writeKey } from './ask';
import { isMissing } from './failures';
import { KEY } from './metadata';

type CreditUnused = Extract<StripeCommand, { readonly do: 'credit-unused' }>;

export async function creditUnused(
  sdk: Stripe,
  customer: string,
  { key, subscription, amount, currency, description }: CreditUnused,
  writtenUnder: string,
): Promise<void> {
  await ask(() =>
    sdk.invoiceItems.create(
      // Tied to its subscription: invoices of others pass it over.
      { customer, subscription, amount: -amount, currency, description, metadata: { [KEY]: key } },
      writeKey(writtenUnder),
    ),
  );
}

/** @param credit key of the command that made it */
export async function removeCredit(sdk: Stripe, customer: string, credit: string): Promise<void> {
  for (const { id } of await waitingUnder(sdk, customer, credit)) {
    try {
      // A DELETE, on which Stripe ignores keys: what is gone is gone.
      await ask(() => sdk.invoiceItems.del(id));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

export async function waitingUnder(
  sdk: Stripe,
  customer: string,
  key: string,
): Promise<Stripe.InvoiceItem[]> {
  const waiting = await askAll(() =>
    sdk.invoiceItems.list({ customer, pending: true, limit: PAGE }),
  );
  return waiting.filter(({ metadata }) => metadata?.[KEY] === key);
}
