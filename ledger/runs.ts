/**
 * Runs: what each is, and what it cost, read from its entries. They lie together because a charge key
 * begins with its run's key.
 */
import { TollgateError } from '../core/contract/errors';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import { ENTRY_SELECT, entryViewOf, type EntryRow } from './entries';
import type { Ledger } from './ledger';
import { pageLimit } from './page';
import { RESERVATION_SELECT, reservationViewOf, type ReservationRow } from './reservations';
import type { GuaranteeView, RunReceipt, RunView } from './views';

/** Depth of child runs that a receipt shows. */
const MAX_DEPTH = 20;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

interface RunRow {
  readonly id: string;
  readonly name: string;
  readonly agent: string;
  readonly workflow_id: string;
  readonly workflow_run_id: string;
  readonly started_at: Date;
  readonly parent: string | null;
  readonly schedule: string | null;
  readonly member: string | null;
  readonly charged: bigint;
  readonly blocks: bigint;
  readonly reserved: bigint;
  readonly guaranteed: bigint | null;
  readonly guarantee_spent: bigint | null;
  readonly guarantee_returned: bigint | null;
  readonly guarantee_holds: bigint | null;
  readonly guarantee_ended: Date | null;
}

const RUN_SELECT = `
  select r.*, a.name, spent.charged, spent.blocks,
         (select coalesce(sum(o.amount), 0)::bigint from tollgate.reservations o where o.run = r.id) as reserved,
         g.amount as guaranteed, g.spent as guarantee_spent, g.returned as guarantee_returned, h.amount as guarantee_holds,
         g.ended_at as guarantee_ended
    from tollgate.runs r
    join tollgate.accounts a on a.id = r.account
    left join tollgate.guarantees g on g.run = r.id
    left join tollgate.reservations h on h.run = r.id and h.call = 0
    cross join lateral (
      select coalesce(-sum(e.amount), 0)::bigint as charged, count(*) filter (where e.kind = 'settled') as blocks
        from tollgate.entries e where e.run = r.id) spent`;

export type RunOperations = Pick<Ledger, 'listRuns' | 'readRun'>;

export function runOperations(database: Database, accountIds: AccountIds): RunOperations {
  return {
    async listRuns({ account, agent, ...page } = {}) {
      const id = account === undefined ? null : await accountIds.require(account);
      const rows = await database.rows<RunRow>(
        `${RUN_SELECT} where ($1::bigint is null or r.account = $1) and ($2::text is null or r.agent = $2)
            and ($3::uuid is null or r.id < $3)
          order by r.id desc limit $4`,
        [id, agent ?? null, page.after ?? null, pageLimit(page)],
      );
      return rows.map(viewOf);
    },

    async readRun(id) {
      return database.snapshot(async (books) => {
        const [found] = await books.rows<RunRow>(
          `${RUN_SELECT} where r.workflow_id = $1 or r.id = $2 or r.workflow_run_id = $1 order by r.id desc limit 1`,
          [id, UUID.test(id) ? id : null],
        );
        if (!found) throw new TollgateError('RUN_UNKNOWN', { run: id });
        return readTree(books, found, 0);
      });
    },
  };
}

async function readTree(
  books: Pick<Database, 'rows'>,
  row: RunRow,
  depth: number,
): Promise<RunReceipt> {
  const entries = await books.rows<EntryRow>(`${ENTRY_SELECT} where e.run = $1 order by e.seq`, [
    row.id,
  ]);
  const open = await books.rows<ReservationRow>(
    `${RESERVATION_SELECT} where r.run = $1 order by r.reserved_at`,
    [row.id],
  );
  const children: RunReceipt[] = [];
  if (depth < MAX_DEPTH) {
    for (const child of await books.rows<RunRow>(
      `${RUN_SELECT} where r.parent = $1 order by r.id`,
      [row.id],
    )) {
      children.push(await readTree(books, child, depth + 1));
    }
  }
  const view = viewOf(row);
  return {
    ...view,
    total: children.reduce((sum, child) => sum + child.total, view.charged),
    entries: entries.map(entryViewOf),
    open: open.map(reservationViewOf),
    children,
  };
}

function viewOf(row: RunRow): RunView {
  return {
    run: row.id,
    account: row.name,
    agent: row.agent,
    workflowId: row.workflow_id,
    workflowRunId: row.workflow_run_id,
    startedAt: row.started_at,
    ...(row.parent === null ? {} : { parent: row.parent }),
    ...(row.schedule === null ? {} : { schedule: row.schedule }),
    ...(row.member === null ? {} : { member: row.member }),
    charged: row.charged,
    blocks: Number(row.blocks),
    reserved: row.reserved,
    ...(row.guaranteed === null ? {} : { guarantee: guaranteeOf(row, row.guaranteed) }),
  };
}

function guaranteeOf(row: RunRow, amount: bigint): GuaranteeView {
  return {
    amount,
    spent: row.guarantee_spent ?? 0n,
    returned: row.guarantee_returned ?? 0n,
    holds: row.guarantee_holds ?? 0n,
    ...(row.guarantee_ended === null ? {} : { endedAt: row.guarantee_ended }),
  };
}
