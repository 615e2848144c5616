/**
 * What a run of an agent is likely to cost, from what its newest runs cost, child runs included. Nothing
 * here is on the hot path, and the work is bounded however long the history is.
 */
import type { Credits } from '../core/contract/credits';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import type { AgentQuoteRequest, Ledger } from './ledger';
import { usualCosts } from './usual-costs';

/** A quote rests on at most so many runs. */
const MAX_RUNS = 200;
/** It looks for them among so many newest runs of the account, or of the agent. */
const WINDOW = 10_000;
/** It stops reading once it has seen so many calls, however few runs they belong to. */
const MAX_CALLS = 50_000;
const RUNS_AT_ONCE = 20;
/** Depth of child runs that count. */
const MAX_DEPTH = 20;

/** A run with all below it. */
interface TreeRow {
  readonly charged: bigint;
  readonly calls: bigint;
  readonly settled: bigint;
  readonly running: boolean;
}

/** $1 runs. Under way is a tree with an open reservation; one between two blocks cannot be told from one that has ended. */
const TREES = `
  with recursive tree (root, run, depth) as (
    select run, run, 0 from unnest($1::uuid[]) as run
    union all
    select t.root, r.id, t.depth + 1 from tree t join tollgate.runs r on r.parent = t.run where t.depth < ${MAX_DEPTH})
  select coalesce(sum(spent.charged), 0)::bigint as charged, sum(spent.calls)::bigint as calls,
         sum(spent.settled)::bigint as settled,
         bool_or(exists (select from tollgate.reservations o where o.run = t.run)) as running
    from tree t
    cross join lateral (
      select -sum(e.amount) as charged, count(*) as calls, count(*) filter (where e.kind = 'settled') as settled
        from tollgate.entries e where e.run = t.run) spent
   group by t.root`;

export type AgentQuoteOperations = Pick<Ledger, 'quoteAgent'>;

export function agentQuoteOperations(
  database: Database,
  accountIds: AccountIds,
): AgentQuoteOperations {
  async function newestRuns(request: AgentQuoteRequest): Promise<readonly string[]> {
    const { agent, schedule = null } = request;
    const account =
      request.account === undefined ? null : await accountIds.require(request.account);
    // By the account's newest runs or by the agent's: each has an index in the order of time.
    const [where, subject] = account === null ? ['agent = $1', agent] : ['account = $1', account];
    const rows = await database.rows<{ id: string }>(
      `select id from (select id, agent, schedule from tollgate.runs where ${where} order by id desc limit ${WINDOW}) newest
        where agent = $2 and ($3::text is null or schedule = $3) order by id desc limit ${MAX_RUNS}`,
      [subject, agent, schedule],
    );
    return rows.map(({ id }) => id);
  }

  return {
    async quoteAgent(request) {
      const runs = await newestRuns(request);
      const costs: Credits[] = [];
      let calls = 0;
      for (let at = 0; at < runs.length && calls < MAX_CALLS; at += RUNS_AT_ONCE) {
        const trees = await database.rows<TreeRow>(TREES, [runs.slice(at, at + RUNS_AT_ONCE)]);
        for (const tree of trees) {
          calls += Number(tree.calls);
          if (tree.settled > 0n && !tree.running) costs.push(tree.charged);
        }
      }
      const usual = usualCosts(costs);
      return usual && { ...request, ...usual, runs: costs.length };
    },
  };
}
