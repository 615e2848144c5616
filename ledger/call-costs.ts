/**
 * What calls of the same block and option really cost, at the price that holds now: its number, which every
 * entry has, stands for block, version, rule and choice. Read from the calls of the newest runs, so the work
 * is bounded however long the history is, and nothing of it is on the hot path.
 */
import type { PastCosts } from '../core/contract/cost-range';
import type { Credits } from '../core/contract/credits';
import type { Database } from './database';
import type { Ledger } from './ledger';
import type { PinnedPrices } from './pinned-prices';
import { usualCosts } from './usual-costs';

/** It rests on at most so many calls … */
const MAX_CALLS = 200;
/** … of so many newest runs, … */
const MAX_RUNS = 2_000;
/** … of each of which it looks at so many entries. */
const MAX_ENTRIES_PER_RUN = 200;
/** With fewer past calls nothing is learned. */
const MIN_CALLS = 10;

/** $1 prices. What lapsed and was settled late counts with what it was charged. */
const costs = (where: string): string => `
  select price, cost from (
    select e.price, e.cost, row_number() over (partition by e.price order by e.at desc) as nth
      from (select id from tollgate.runs where ${where} order by id desc limit ${MAX_RUNS}) r
      cross join lateral (
        select price, kind, -amount as cost, at from tollgate.entries where run = r.id limit ${MAX_ENTRIES_PER_RUN}) e
     where e.kind = 'settled' and e.price = any ($1)) newest
   where nth <= ${MAX_CALLS}`;

export type CallCostOperations = Pick<Ledger, 'readPastCosts'>;

export function callCostOperations(database: Database, prices: PinnedPrices): CallCostOperations {
  return {
    async readPastCosts(calls, { agent } = {}) {
      const ids = await Promise.all(calls.map(({ price, choice }) => prices.find(price, choice)));
      const known = ids.filter((id) => id !== undefined);
      const rows = await database.rows<{ price: number; cost: bigint }>(
        costs(agent === undefined ? 'true' : 'agent = $2'),
        agent === undefined ? [known] : [known, agent],
      );
      return ids.map((id) => learn(rows.filter(({ price }) => price === id)));
    },
  };
}

function learn(rows: readonly { readonly cost: Credits }[]): PastCosts | undefined {
  const usual = rows.length < MIN_CALLS ? undefined : usualCosts(rows.map(({ cost }) => cost));
  return usual && { ...usual, calls: rows.length };
}
