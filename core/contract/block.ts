/**
 * What a block is to those who call it. These are types only, so workflow code may use them: the
 * functions behind them run in Node. `defineBlock` (plugin/define-block.ts) makes blocks.
 */
import type { CreditsText } from './credits';
import type { PriceRule } from './price';
import type { Overrun } from './reservation';

/** Counts what a block used while it runs; the gate turns it into the final price. */
export interface Meter {
  /** Adds an amount of a unit. @throws METER_INVALID for a bad amount, or a unit without a rate */
  add(unit: string, amount: number): void;
  /**
   * Sets so many credits aside for this call in all, before it spends them: the block may then cost up
   * to that. Less than there is already changes nothing.
   * @throws INSUFFICIENT_CREDITS, BUDGET_EXCEEDED; what was set aside before stays.
   */
  atLeast(amount: CreditsText): Promise<void>;
  /** What was added so far, by unit. */
  usage(): Readonly<Record<string, number>>;
}

/** What becomes of the reservation when the block fails for good. */
export type OnFailure = 'release' | 'charge-usage';

/** A block whatever its input and output: what the gate needs of it. */
export interface AnyBlock {
  readonly kind: 'tollgate.block';
  /** The activity type. */
  readonly name: string;
  readonly price: PriceRule;
  /** Version under which the block's own price is pinned. */
  readonly version: string;
  readonly overrun: Overrun;
  readonly onFailure: OnFailure;
  /**
   * The arguments as the block will see them, defaults filled in: what its price is worked out from.
   * @throws INPUT_INVALID naming the fields, before anything is reserved.
   */
  parse(args: readonly unknown[]): readonly unknown[];
  /** The activity function: validates, then runs the block inside a gated activity. */
  readonly activity: (...args: never[]) => Promise<unknown>;
}

/** A priced activity. `Given` is what callers pass (`void` for nothing), `Output` what they get. */
export interface Block<Name extends string, Given, Output> extends Omit<AnyBlock, 'activity'> {
  readonly name: Name;
  readonly activity: (...args: BlockArgs<Given>) => Promise<Output>;
}

/** A block without an input is called without an argument. */
export type BlockArgs<Given> = [Given] extends [void] ? [] : [input: Given];

/** Blocks as a list, by key, or as a module of them (whatever else it exports is passed over). */
export type Blocks = readonly AnyBlock[] | object;

type EachBlock<Source> = Extract<
  Source extends readonly (infer Item)[] ? Item : Source[keyof Source],
  AnyBlock
>;

/** The activities that these blocks make, by block name: what `proxyBlocks<typeof blocks>()` gives. */
export type BlocksOf<Source extends Blocks> = {
  [Item in EachBlock<Source> as Item['name']]: Item['activity'];
};
