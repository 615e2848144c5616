/**
 * What a plan of calls is expected to cost, line by line and in all, and whether what is available is
 * enough for it.
 */
import type { PastCosts } from '../contract/cost-range';
import type { Credits } from '../contract/credits';
import { TollgateError } from '../contract/errors';
import type { PinnedPrice } from '../contract/reservation';
import { expectCost, type ExpectedCost } from './expected-cost';
import { quoteCall } from './quote';
import { nameChoice } from './resolve-price';

const MAX_COUNT = 1_000_000;

/** The same call, so many times. */
export interface PlannedCall {
  readonly price: PinnedPrice;
  readonly args: readonly unknown[];
  readonly count: number;
  /** What such calls have cost (`ledger.readPastCosts`). */
  readonly past?: PastCosts | undefined;
}

/** Three sums; no `maximum` when some line has none. */
export interface PlanSum {
  readonly minimum: Credits;
  readonly likely: Credits;
  readonly maximum?: Credits;
}

/** The sums are those of all its calls. */
export interface PlanLine extends PlanSum {
  readonly block: string;
  readonly version: string;
  /** The options that it chose, such as `model=large`; empty where its price has none. */
  readonly choice: string;
  readonly count: number;
  /** What each call sets aside while it runs. */
  readonly reserve: Credits;
  /** Past calls that the line rests on; 0: its price alone. */
  readonly calls: number;
}

export interface PlanQuote {
  readonly lines: readonly PlanLine[];
  readonly cost: PlanSum;
  /** What must be available at the start: a call needs its whole reserve, also where it will cost less. */
  readonly needed: PlanSum;
}

/** Calls one after the other, in any order. @throws INPUT_INVALID, PRICE_OPTION_UNKNOWN */
export function quotePlan(calls: readonly PlannedCall[]): PlanQuote {
  const quoted = calls.map(quoteLine);
  const lines = quoted.map(({ line }) => line);
  const cost = sums((kind) => addUp(lines.map((line) => line[kind])));
  const needed = sums((kind) => {
    const total = cost[kind];
    const above = quoted.map(({ line, each }) => {
      const cheapest = each[kind];
      return cheapest === undefined ? 0n : line.reserve - cheapest;
    });
    return total === undefined ? undefined : total + largest(above);
  });
  return { lines, cost, needed };
}

/** What is missing of each sum; 0 where it fits. */
export function missingFor({ needed }: PlanQuote, available: Credits): PlanSum {
  return sums((kind) => {
    const sum = needed[kind];
    return sum === undefined ? undefined : largest([sum - available]);
  });
}

function quoteLine({ price, args, count, past }: PlannedCall): {
  readonly line: PlanLine;
  readonly each: ExpectedCost;
} {
  const { block, version, rule } = price;
  if (!Number.isInteger(count) || count < 1 || count > MAX_COUNT) {
    throw new TollgateError('INPUT_INVALID', {
      block,
      count,
      rule: `a whole number from 1 to ${MAX_COUNT}`,
    });
  }
  const quote = quoteCall(price, args);
  const each = expectCost(quote, past);
  const all = sums((kind) => multiply(each[kind], count));
  const choice = nameChoice(rule, args);
  const { reserve } = quote;
  return { each, line: { block, version, choice, count, reserve, ...all, calls: each.calls } };
}

type Kind = 'minimum' | 'likely' | 'maximum';

function sums(read: (kind: Kind) => Credits | undefined): PlanSum {
  const maximum = read('maximum');
  return {
    // Only the maximum of a price may be absent.
    minimum: read('minimum') ?? 0n,
    likely: read('likely') ?? 0n,
    ...(maximum === undefined ? {} : { maximum }),
  };
}

function addUp(amounts: readonly (Credits | undefined)[]): Credits | undefined {
  let total = 0n;
  for (const amount of amounts) {
    if (amount === undefined) return undefined;
    total += amount;
  }
  return total;
}

function multiply(amount: Credits | undefined, count: number): Credits | undefined {
  return amount === undefined ? undefined : amount * BigInt(count);
}

/** 0 when none is above it. */
function largest(amounts: readonly Credits[]): Credits {
  return amounts.reduce((most, amount) => (amount > most ? amount : most), 0n);
}
