/**
 * What past costs say of the next one. A few of them far out cannot move it: the bounds are the 5th and
 * the 95th percentile, and whatever lies beyond a bound counts as that bound. `likely` is a mean, not a
 * median, because quotes are added up: ten calls of 1 or 9 credits cost about 50, not 10 or 90.
 */
import type { CostRange } from '../core/contract/cost-range';
import type { Credits } from '../core/contract/credits';

/** One cost in so many may lie above the maximum, and one below the minimum. */
const ONE_BEYOND = 20;

/** `undefined` without any. The mean is rounded up to a whole micro-credit. */
export function usualCosts(costs: readonly Credits[]): CostRange | undefined {
  const sorted = [...costs].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  const beyond = Math.floor(sorted.length / ONE_BEYOND);
  const minimum = sorted[beyond];
  const maximum = sorted[sorted.length - 1 - beyond];
  if (minimum === undefined || maximum === undefined) return undefined;
  const total = sorted.reduce(
    (sum, cost) => sum + (cost < minimum ? minimum : cost > maximum ? maximum : cost),
    0n,
  );
  const count = BigInt(sorted.length);
  return { minimum, likely: (total + count - 1n) / count, maximum };
}
