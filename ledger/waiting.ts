/**
 * Who waits in line for credits, and in which lines something can be done.
 */
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import { columnsOf } from './line';
import type { LineLedger, LineName } from './line-ledger';
import { pageLimit } from './page';
import type { WaitingView } from './views';

interface WaitingRow {
  readonly name: string;
  readonly run: string;
  readonly call: bigint;
  readonly place: bigint;
  readonly agent: string;
  readonly workflow_id: string;
  readonly workflow_run_id: string;
  readonly namespace: string;
  readonly block: string;
  readonly nth: number;
  readonly needed: bigint;
  readonly since: Date;
  readonly deadline_at: Date;
}

const WAITING_SELECT = `
  select a.name, w.run, w.call, w.place, r.agent, r.workflow_id, w.workflow_run_id, w.namespace, p.block, w.nth, w.needed,
         w.since, w.deadline_at
    from tollgate.waiting w
    join tollgate.accounts a on a.id = w.account
    join tollgate.prices p on p.id = w.price
    join tollgate.runs r on r.id = w.run`;

type WaitingOperations = Pick<
  LineLedger,
  'listWoken' | 'countWaiting' | 'listWaiting' | 'findDueLines' | 'findUnchecked'
>;

export function waitingOperations(database: Database, accountIds: AccountIds): WaitingOperations {
  return {
    async listWoken(line) {
      return list(`w.state = 'woken' and w.account = $1 and w.namespace = $2`, await idsOf(line));
    },

    async countWaiting(line) {
      const { count } = await database.row<{ count: bigint }>(
        `select count(*) from tollgate.waiting where state = 'waiting' and account = $1 and namespace = $2`,
        await idsOf(line),
      );
      return Number(count);
    },

    async listWaiting({ account, namespace, ...page } = {}) {
      const id = account === undefined ? null : await accountIds.require(account);
      return list(
        `w.state = 'waiting' and ($1::bigint is null or w.account = $1) and ($2::text is null or w.namespace = $2)
            and w.place > $3`,
        [id, namespace ?? null, page.after ?? '0'],
        pageLimit(page),
      );
    },

    async findDueLines(namespace, quietMs) {
      const rows = await database.rows<{ name: string }>(
        'select * from tollgate.find_due_lines($1, $2, $3) as name',
        [database.now(), namespace, quietMs],
      );
      return rows.map(({ name }) => name);
    },

    async findUnchecked(namespace, { everyMs, limit }) {
      const keys = await database.rows<Pick<WaitingRow, 'run' | 'call'>>(
        'select run, call from tollgate.find_unchecked($1, $2, $3, $4)',
        [database.now(), namespace, everyMs, limit],
      );
      if (keys.length === 0) return [];
      return list(
        '(w.run, w.call) in (select * from unnest($1::uuid[], $2::bigint[]))',
        columnsOf(keys),
      );
    },
  };

  async function idsOf({ account, namespace }: LineName): Promise<readonly unknown[]> {
    return [await accountIds.require(account), namespace];
  }

  async function list(
    where: string,
    values: readonly unknown[],
    limit?: number,
  ): Promise<readonly WaitingView[]> {
    const rows = await database.rows<WaitingRow>(
      `${WAITING_SELECT} where ${where} order by w.place ${limit === undefined ? '' : `limit ${limit}`}`,
      values,
    );
    return rows.map(waitingViewOf);
  }
}

function waitingViewOf(row: WaitingRow): WaitingView {
  const { name: account, run, call, place, agent, namespace, block, nth, needed, since } = row;
  const { workflow_id: workflowId, workflow_run_id: workflowRunId, deadline_at: deadlineAt } = row;
  const who = { account, agent, workflowId, workflowRunId, namespace };
  return { ...who, run, call, place, block, nth, needed, since, deadlineAt };
}
