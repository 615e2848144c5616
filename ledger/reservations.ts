/**
 * The open reservations, and the reaper's operation that lapses those whose deadline has passed.
 */
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import type { Ledger } from './ledger';
import { pageLimit } from './page';
import type { ReservationView } from './views';

const LAPSE_LIMIT = 1_000;

export interface ReservationRow {
  readonly name: string;
  readonly run: string;
  readonly call: bigint;
  readonly workflow_id: string | null;
  readonly block: string;
  readonly version: string;
  readonly nth: number;
  readonly amount: bigint;
  readonly reserved_at: Date;
  readonly deadline_at: Date;
}

export const RESERVATION_SELECT = `
  select a.name, r.run, r.call, runs.workflow_id, p.block, p.version, r.nth, r.amount, r.reserved_at, r.deadline_at
    from tollgate.reservations r
    join tollgate.accounts a on a.id = r.account
    join tollgate.prices p on p.id = r.price
    left join tollgate.runs on runs.id = r.run`;

export type ReservationOperations = Pick<Ledger, 'listReservations' | 'expireOverdue'>;

export function reservationOperations(
  database: Database,
  accountIds: AccountIds,
): ReservationOperations {
  return {
    async expireOverdue(limit = LAPSE_LIMIT) {
      const { count } = await database.row<{ count: number }>(
        'select tollgate.lapse_overdue($1, $2) as count',
        [database.now(), limit],
      );
      return count;
    },

    async listReservations({ account, ...page } = {}) {
      const id = account === undefined ? null : await accountIds.require(account);
      const rows = await database.rows<ReservationRow>(
        `${RESERVATION_SELECT} where ($1::bigint is null or r.account = $1) and (r.run, r.call) > ($2, $3)
          order by r.run, r.call limit $4`,
        [id, ...afterKey(page.after), pageLimit(page)],
      );
      return rows.map(reservationViewOf);
    },
  };
}

/** `after` is `run:call` of the last row. */
function afterKey(after: string | undefined): readonly [string, string] {
  const [run, call] = after?.split(':') ?? [];
  return [run ?? '00000000-0000-0000-0000-000000000000', call ?? '-9223372036854775808'];
}

export function reservationViewOf(row: ReservationRow): ReservationView {
  return {
    account: row.name,
    run: row.run,
    call: row.call,
    workflowId: row.workflow_id ?? '',
    block: row.block,
    nth: row.nth,
    amount: row.amount,
    priceVersion: row.version,
    reservedAt: row.reserved_at,
    deadlineAt: row.deadline_at,
  };
}
