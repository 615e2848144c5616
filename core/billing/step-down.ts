/**
 * A way down that we made ourselves. What it takes off is credited, and the allowance of its purchase is cut,
 * whoever looks first.
 */
import type { PackChange } from '../contract/pack-change';
import type { Catalogue, Pack } from '../contract/plans';
import { cutCause } from './pack-cuts';
import { allowanceOf, findPack } from './plans';
import { currentPurchase, latestPurchase, type Purchase } from './purchases';
import type { SubscriptionLife } from './subscription-life';
import { CLOCK_SKEW } from './times';

export interface StepDown {
  readonly change: PackChange;
  readonly from: Pack | undefined;
  readonly to: Pack | undefined;
  /** What it took from. */
  readonly bought: Purchase;
  /** Of the cut. */
  readonly cause: string;
}

/** Of the last change, where it took off what was paid and where the credit for it is ours to give. */
export function stepDownOf(
  catalogue: Catalogue,
  { subscription: { change }, purchases }: SubscriptionLife,
): StepDown | undefined {
  if (change?.unused !== 'time-and-credits') return undefined;
  const from = findPack(catalogue, change.from);
  const to = findPack(catalogue, change.to);
  const bought = currentPurchase(purchases, change.at + CLOCK_SKEW);
  const latest = latestPurchase(purchases, change.at + CLOCK_SKEW);
  if (!bought || !latest || change.at >= bought.period.end) return undefined;
  if (allowanceOf(to) >= allowanceOf(from)) return undefined;
  return { change, from, to, bought, cause: cutCause(latest, change.to) };
}
