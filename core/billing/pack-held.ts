/**
 * The pack whose allowance holds: the smallest that the subscription was set to since the latest
 * purchase. A way down counts at once. A way up counts when it is paid, and is the latest purchase then.
 *
 * What nobody saw is read from Stripe's prorations, which stand on the invoices after that purchase and
 * among the items that wait for the next one.
 */
import type { Catalogue, Pack } from '../contract/plans';
import type { BilledSnapshot, StripeSnapshot } from '../contract/stripe-snapshot';
import { allowanceOf, findPack } from './plans';
import type { Purchase } from './purchases';
import type { SubscriptionLife } from './subscription-life';

/** Undefined where it was without a pack. */
export function packHeld(
  catalogue: Catalogue,
  stripe: StripeSnapshot,
  { subscription, pack }: SubscriptionLife,
  latest: Purchase,
): Pack | undefined {
  const isStep = (one: BilledSnapshot): boolean =>
    one.proration &&
    one.subscription === subscription.id &&
    findPack(catalogue, one.plan) !== undefined;
  return stepsSince(stripe, latest, isStep)
    .flatMap((step) => packsOf(catalogue, step))
    .reduce(smaller, pack);
}

/** Prorations of one moment: the pack that is left is credited, the one that is entered is charged. */
type Step = readonly BilledSnapshot[];

function stepsSince(
  { invoices, pendingItems }: StripeSnapshot,
  latest: Purchase,
  isStep: (one: BilledSnapshot) => boolean,
): readonly Step[] {
  const bought = invoices.findIndex(({ id }) => id === latest.invoice);
  const lines = invoices.slice(bought + 1).flatMap((invoice) => invoice.lines);
  const prorations = [...lines, ...pendingItems].filter(isStep);
  const moments = [...new Set(prorations.map(({ period }) => period.start))];
  return moments.map((at) => prorations.filter(({ period }) => period.start === at));
}

/** Entered without leaving another: it was without a pack before. */
function packsOf(catalogue: Catalogue, step: Step): readonly (Pack | undefined)[] {
  const packs = step.map(({ plan }) => findPack(catalogue, plan));
  return step.some(({ amount }) => amount <= 0) ? packs : [...packs, undefined];
}

function smaller(one: Pack | undefined, other: Pack | undefined): Pack | undefined {
  return allowanceOf(other) < allowanceOf(one) ? other : one;
}
