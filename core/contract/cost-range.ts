/** What something is likely to cost, and between which bounds: of one call of a block, or of a whole run. */
import type { Credits } from './credits';

export interface CostRange {
  readonly minimum: Credits;
  readonly likely: Credits;
  readonly maximum: Credits;
}
