/**
 * For about an hour the invoice of a new period is a draft: what it will buy is known, and nothing that
 * is done to the subscription changes it any more.
 */
import type { Catalogue } from '../contract/plans';
import type { InvoiceSnapshot, StripeSnapshot } from '../contract/stripe-snapshot';
import { currentPurchase, purchasesOf, type Purchase } from './purchases';
import type { SubscriptionLife } from './subscription-life';

/** The purchase that holds as soon as the draft is paid; undefined where there is no such draft. */
export function comingPurchase(
  catalogue: Catalogue,
  stripe: StripeSnapshot,
  { subscription: { id } }: SubscriptionLife,
): Purchase | undefined {
  const drafts = stripe.invoices.filter(
    ({ subscription, finalizesAt }) => subscription === id && finalizesAt !== undefined,
  );
  if (drafts.length === 0) return undefined;
  const invoices = stripe.invoices.map((one): InvoiceSnapshot =>
    drafts.includes(one) ? { ...one, status: 'paid' } : one,
  );
  const then = currentPurchase(purchasesOf(catalogue, { ...stripe, invoices }, id));
  return drafts.some((draft) => draft.id === then?.invoice) ? then : undefined;
}
