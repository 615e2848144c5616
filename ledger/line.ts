/**
 * The line of runs that wait for credits: joining it, setting aside for those in front what they need, and
 * leaving it (migrations/000007-line.sql). None of it is on the way of a reserve or a settle.
 */
import type { ChargeKey } from '../core/contract/reservation';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import { GUARANTEE_PRICE, guaranteeRow } from './guarantees';
import type { LineLedger } from './line-ledger';
import type { PinnedPrices } from './pinned-prices';

type LineOperations = Pick<LineLedger, 'joinLine' | 'wakeLine' | 'confirmTold' | 'leaveLine'>;

export function lineOperations(
  database: Database,
  accountIds: AccountIds,
  prices: PinnedPrices,
): LineOperations {
  return {
    async joinLine(request) {
      const { account, namespace, run, call, amount, nth, workflowRunId, deadlineMs } = request;
      const { guarantee = null } = request;
      const id = await accountIds.require(account);
      const row = await database.row<{ since: Date; deadline_at: Date }>(
        'select since, deadline_at from tollgate.join_line($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
        [
          database.now(),
          namespace,
          id,
          ...[
            run,
            call,
            amount,
            await prices.pin(request.price, request.choice),
            nth,
            workflowRunId,
            deadlineMs,
            guarantee && guaranteeRow(guarantee, await prices.pin(GUARANTEE_PRICE)),
          ],
        ],
      );
      return { since: row.since, deadlineAt: row.deadline_at };
    },

    async wakeLine({ account, namespace }, { limit, holdMs }) {
      const id = await accountIds.require(account);
      const { count } = await database.row<{ count: number }>(
        'select tollgate.wake_line($1, $2, $3, $4, $5) as count',
        [database.now(), namespace, id, limit, holdMs],
      );
      return count;
    },

    async confirmTold({ account, namespace }, keys) {
      const id = await accountIds.require(account);
      await database.rows('select tollgate.confirm_told($1, $2, $3, $4, $5)', [
        database.now(),
        namespace,
        id,
        ...columnsOf(keys),
      ]);
    },

    async leaveLine({ run, call }) {
      await database.rows('select tollgate.leave_line($1, $2, $3)', [database.now(), run, call]);
    },
  };
}

/** The keys as two arrays, which is how PostgreSQL takes a list of them. */
export function columnsOf(keys: readonly ChargeKey[]): readonly [string[], string[]] {
  return [keys.map(({ run }) => run), keys.map(({ call }) => String(call))];
}
