/** How long and how often each part measures. `--quick` measures the same things, only shorter. */
import type { Options } from './options';

export interface Plan {
  readonly quick: boolean;
  /** Rounds in which all contenders of a figure take part. */
  readonly ledgerRounds: number;
  readonly costRounds: number;
  readonly flatRounds: number;
  readonly gateRounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Blocks that the ungated agents run in one round. */
  readonly gateBlocks: number;
  /** Entries of the large ledger. */
  readonly manyEntries: number;
}

/** The accounts over which a load is spread, when it is not on one. */
export const MANY_ACCOUNTS = 10_000;

const FULL: Plan = {
  quick: false,
  ledgerRounds: 5,
  costRounds: 3,
  flatRounds: 5,
  gateRounds: 11,
  warmUpMs: 500,
  measureMs: 3_000,
  gateBlocks: 2_000,
  manyEntries: 3_000_000,
};

const QUICK: Plan = {
  quick: true,
  ledgerRounds: 3,
  costRounds: 1,
  flatRounds: 3,
  gateRounds: 5,
  warmUpMs: 250,
  measureMs: 1_000,
  gateBlocks: 600,
  manyEntries: 3_000_000,
};

export function choosePlan(options: Options): Plan {
  const plan = options.quick ? QUICK : FULL;
  const { rounds } = options;
  return rounds === undefined
    ? plan
    : { ...plan, ledgerRounds: rounds, costRounds: rounds, flatRounds: rounds, gateRounds: rounds };
}
