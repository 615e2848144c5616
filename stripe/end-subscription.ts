/**
 * Ending a subscription and undoing it. Each may be done again at any point: what was done already is
 * found done.
 */
import type Stripe from 'stripe';
import type { StripeCommand } from '../core/contract/stripe-command';
import { isTollgateError } from '../core/contract/errors';
import { ask, askAll, PAGE, writeKey } from './ask';
import { isMissing } from './failures';
import { DUPLICATE_OF } from './metadata';

export async function cancelAtPeriodEnd(
  sdk: Stripe,
  subscription: string,
  key: string,
): Promise<void> {
  await ask(() =>
    sdk.subscriptions.update(subscription, { cancel_at_period_end: true }, writeKey(key)),
  );
}

/**
 * Without proration and without a last invoice. Ended first and voided then: the other way round the
 * subscription would be active again for a moment.
 */
export async function cancelNow(sdk: Stripe, subscription: string, key: string): Promise<void> {
  const { status } = await ask(() => sdk.subscriptions.retrieve(subscription));
  if (status !== 'canceled' && status !== 'incomplete_expired') {
    // A DELETE, on which Stripe ignores keys: whether it is over is asked before.
    await ask(() => sdk.subscriptions.cancel(subscription, { prorate: false, invoice_now: false }));
  }
  const open = await askAll(() => sdk.invoices.list({ subscription, status: 'open', limit: PAGE }));
  for (const { id } of open) {
    await ask(() => sdk.invoices.voidInvoice(id, {}, writeKey(key, 'void', id)));
  }
}

/** The portal cancels by `cancel_at` alone, calls by the flag: whichever is set is cleared. */
export async function resubscribe(sdk: Stripe, subscription: string, key: string): Promise<void> {
  const found = await ask(() => sdk.subscriptions.retrieve(subscription));
  const after = found.cancel_at_period_end
    ? await ask(() =>
        sdk.subscriptions.update(
          subscription,
          { cancel_at_period_end: false },
          writeKey(key, 'flag'),
        ),
      )
    : found;
  if (after.cancel_at === null) return;
  await ask(() => sdk.subscriptions.update(subscription, { cancel_at: '' }, writeKey(key, 'date')));
}

type CancelDuplicate = Extract<StripeCommand, { readonly do: 'cancel-duplicate' }>;

/** Marked first: whoever reads it from now on grants nothing for it. */
export async function cancelDuplicate(
  sdk: Stripe,
  { subscription, duplicateOf, invoices, key }: CancelDuplicate,
): Promise<void> {
  const found = await ask(() => sdk.subscriptions.retrieve(subscription));
  if (found.metadata[DUPLICATE_OF] !== duplicateOf) {
    await ask(() =>
      sdk.subscriptions.update(
        subscription,
        { metadata: { [DUPLICATE_OF]: duplicateOf } },
        writeKey(key, 'mark'),
      ),
    );
  }
  await cancelNow(sdk, subscription, key);
  for (const invoice of invoices) await refundInvoice(sdk, invoice, key);
}

async function refundInvoice(sdk: Stripe, invoice: string, key: string): Promise<void> {
  const payments = await askAll(() =>
    sdk.invoicePayments.list({ invoice, status: 'paid', limit: PAGE }),
  );
  for (const { payment } of payments) {
    const { payment_intent } = payment;
    const intent = typeof payment_intent === 'string' ? payment_intent : payment_intent?.id;
    if (intent === undefined) continue;
    try {
      await ask(() =>
        sdk.refunds.create(
          { payment_intent: intent, reason: 'duplicate' },
          writeKey(key, 'refund', intent),
        ),
      );
    } catch (error) {
      if (!isRefundedAlready(error)) throw error;
    }
  }
}

function isRefundedAlready(error: unknown): boolean {
  return (
    isMissing(error) ||
    (isTollgateError(error, 'STRIPE_REFUSED') &&
      error.details['stripeCode'] === 'charge_already_refunded')
  );
}
