/** How long and how often each part measures. `--quick` measures the same things, only shorter. */
import type { Options } from './options';

export interface Plan {
  readonly quick: boolean;
  /** Rounds in which all contenders of a figure take part. */
  readonly ledgerRounds: number;
  readonly costRounds: number;
  readonly flatRounds: number;
  readonly gateRounds: number;
  readonly webhookRounds: number;
  /** Accounts with a subscription workflow of their own. */
  readonly subscriptions: number;
  /** No further round of the gate after so much time, once there are {@link LEAST_ROUNDS}. */
  readonly gateBudgetMs: number;
  /** Whether bare commits in place of the gate are measured beside it. */
  readonly gateCommits: boolean;
  /** For each of the gate's agents, before its rounds: only then have the worker's compilers seen its code often enough. */
  readonly gateWarmUpMs: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** How long the ungated agents of one round should take. */
  readonly gateMs: number;
  /** Entries of the old ledger; fewer when loading them takes longer than the budget. */
  readonly manyEntries: number;
  readonly loadBudgetMs: number;
}

/** The accounts over which a load is spread, when it is not on one. */
export const MANY_ACCOUNTS = 10_000;
export const MANY_ENTRIES = 3_000_000;
export const LEAST_ROUNDS = 3;

const FULL: Plan = {
  quick: false,
  ledgerRounds: 5,
  costRounds: 3,
  flatRounds: 5,
  gateRounds: 11,
  webhookRounds: 5,
  subscriptions: 10_000,
  gateCommits: true,
  gateWarmUpMs: 25_000,
  warmUpMs: 500,
  measureMs: 3_000,
  gateBudgetMs: 600_000,
  gateMs: 4_000,
  manyEntries: MANY_ENTRIES,
  loadBudgetMs: 600_000,
};

const QUICK: Plan = {
  quick: true,
  ledgerRounds: 3,
  costRounds: 1,
  flatRounds: 3,
  gateRounds: 5,
  webhookRounds: 3,
  subscriptions: 500,
  gateCommits: false,
  gateWarmUpMs: 1_500,
  warmUpMs: 200,
  measureMs: 600,
  gateBudgetMs: 12_000,
  gateMs: 1_500,
  manyEntries: MANY_ENTRIES,
  loadBudgetMs: 12_000,
};

export function choosePlan(options: Options): Plan {
  const plan = options.quick ? QUICK : FULL;
  const { rounds } = options;
  return rounds === undefined
    ? plan
    : {
        ...plan,
        ledgerRounds: rounds,
        costRounds: rounds,
        flatRounds: rounds,
        gateRounds: rounds,
        webhookRounds: rounds,
      };
}
