/**
 * What one call is expected to cost: by what calls of the same block and option really cost, where there
 * are enough of them, and else by its price alone.
 */
import type { PastCosts } from '../contract/cost-range';
import type { Credits } from '../contract/credits';
import type { Quote } from './quote';

export interface ExpectedCost {
  readonly minimum: Credits;
  readonly likely: Credits;
  /** Absent when nothing bounds it: a metered price without a maximum, and too few past calls. */
  readonly maximum?: Credits;
  /** Past calls it rests on; 0: the price alone, and `likely` is what the call would reserve. */
  readonly calls: number;
}

/** What past calls say never leaves what the price allows. */
export function expectCost(quote: Quote, past: PastCosts | undefined): ExpectedCost {
  const { minimum, maximum, reserve } = quote;
  const fixed = minimum === maximum;
  if (!past || fixed) {
    return { minimum, likely: reserve, ...(maximum === undefined ? {} : { maximum }), calls: 0 };
  }
  const within = (cost: Credits): Credits => {
    if (cost < minimum) return minimum;
    return maximum !== undefined && cost > maximum ? maximum : cost;
  };
  return {
    minimum: within(past.minimum),
    likely: within(past.likely),
    maximum: within(past.maximum),
    calls: past.calls,
  };
}
