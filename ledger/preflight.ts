/** Whether a scheduled run has anything to run on, and the count of those that had not. */
import { credits } from '../core/contract/credits';
import type { EarlyRefusal, PreflightRequest, SkipReason } from '../core/contract/preflight';
import type { SkippedTick } from '../core/contract/schedule';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import type { Ledger } from './ledger';
import { pageLimit } from './page';

interface Finding {
  readonly reason: SkipReason | null;
  readonly needed: bigint;
  readonly available: bigint;
}

export function preflightOperations(
  database: Database,
  accountIds: AccountIds,
): Pick<Ledger, 'preflight' | 'skipRun' | 'listSkippedRuns'> {
  function count(
    account: string,
    request: PreflightRequest,
    { reason, needed, available }: Finding,
    learned: bigint | null,
  ) {
    const { schedule, run, workflowId } = request;
    return database.rows('select tollgate.skip_run($1, $2, $3, $4, $5, $6, $7, $8, $9)', [
      database.now(),
      account,
      schedule,
      run,
      workflowId,
      reason,
      needed,
      available,
      learned,
    ]);
  }

  return {
    async preflight(request) {
      const account = await accountIds.require(request.account);
      const { schedule, agent, member = null, needs } = request;
      const finding = await database.row<Finding>(
        'select * from tollgate.preflight($1, $2, $3, $4, $5, $6)',
        [
          database.now(),
          account,
          schedule,
          agent,
          member,
          needs === undefined ? null : credits(needs),
        ],
      );
      const { reason, needed, available } = finding;
      if (reason === null) return undefined;
      await count(account, request, finding, null);
      return { reason, needed, available };
    },

    async skipRun(request, refusal: EarlyRefusal) {
      const account = await accountIds.require(request.account);
      const needed = credits(refusal.needed);
      const finding = { reason: refusal.reason, needed, available: credits(refusal.available) };
      await count(account, request, finding, refusal.reason === 'credits' ? needed : null);
    },

    async listSkippedRuns({ account, id }, limit) {
      const number = await accountIds.require(account);
      return database.rows<SkippedTick>(
        `select workflow_id as "workflowId", reason, needed, available, at from tollgate.skipped_runs
          where account = $1 and schedule = $2 order by at desc, run limit $3`,
        [number, id, pageLimit(limit === undefined ? {} : { limit })],
      );
    },
  };
}
