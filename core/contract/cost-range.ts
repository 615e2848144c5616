/** What something is likely to cost, and between which bounds: of one call of a block, or of a whole run. */
import type { Credits } from './credits';

export interface CostRange {
  readonly minimum: Credits;
  readonly likely: Credits;
  readonly maximum: Credits;
}

/** What calls of one block and option have cost, at the price that holds now. */
export interface PastCosts extends CostRange {
  /** Number of calls it rests on. */
  readonly calls: number;
}
