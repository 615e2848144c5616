/**
 * The registry of gated schedules. Temporal runs them; the ledger keeps whose they are, what it takes to
 * make one again, and what was skipped.
 */
import { credits } from '../core/contract/credits';
import type { ScheduleName, ScheduleRegistry } from '../core/contract/schedule';
import type { AccountIds } from './account-ids';
import type { BudgetOperations } from './budgets';
import type { Database } from './database';
import { pageLimit } from './page';
import {
  refuseBadSchedule,
  SCHEDULE_COLUMNS,
  scheduleUnknown,
  scheduleViewOf,
  type ScheduleRow,
} from './schedule-rows';

const PERIODS = ['day', 'month'] as const;
const SELECT = `select ${SCHEDULE_COLUMNS} from tollgate.schedules s join tollgate.accounts a on a.id = s.account`;

/** Each in a file of its own: schedule-pauses.ts, preflight.ts. */
type Elsewhere =
  'markPaused' | 'beginResume' | 'endResume' | 'findDueSchedules' | 'listSkippedRuns';

export function scheduleOperations(
  database: Database,
  accountIds: AccountIds,
  { setBudget }: BudgetOperations,
): Omit<ScheduleRegistry, Elsewhere> {
  async function update(name: ScheduleName, set: string, values: readonly unknown[] = []) {
    const account = await accountIds.require(name.account);
    const updated = await database.rows(
      `update tollgate.schedules set ${set} where account = $1 and id = $2 and not deleting returning id`,
      [account, name.id, ...values],
    );
    if (updated.length === 0) throw scheduleUnknown(name);
  }

  async function removeBudget(account: string, id: string, period: string) {
    await database.rows(`select tollgate.remove_budget($1, 'schedule', $2, $3)`, [
      account,
      id,
      period,
    ]);
  }

  return {
    async addSchedule(record) {
      refuseBadSchedule(record);
      const account = await accountIds.require(record.account);
      const { id, namespace, agent, recipe, onReplenish, needs = null } = record;
      const added = await database.rows(
        `insert into tollgate.schedules (account, id, namespace, agent, recipe, on_replenish, needs, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, coalesce($8, clock_timestamp())) on conflict do nothing returning id`,
        [account, id, namespace, agent, JSON.stringify(recipe), onReplenish, needs, database.now()],
      );
      return added.length > 0;
    },

    async changeSchedule(record) {
      refuseBadSchedule(record);
      const { agent, recipe, onReplenish, needs = null } = record;
      const set = 'agent = $3, recipe = $4, on_replenish = $5, needs = $6, learned = null';
      await update(record, set, [agent, JSON.stringify(recipe), onReplenish, needs]);
    },

    async readSchedule(name) {
      const account = await accountIds.require(name.account);
      const [row] = await database.rows<ScheduleRow>(
        `${SELECT} where s.account = $1 and s.id = $2 and not s.deleting`,
        [account, name.id],
      );
      if (!row) throw scheduleUnknown(name);
      return scheduleViewOf(row);
    },

    async listSchedules(account, page = {}) {
      const rows = await database.rows<ScheduleRow>(
        `${SELECT} where s.account = $1 and s.id > $2 and not s.deleting and ($3::text is null or s.namespace = $3)
          order by s.id limit $4`,
        [
          await accountIds.require(account),
          page.after ?? '',
          page.namespace ?? null,
          pageLimit(page),
        ],
      );
      return rows.map(scheduleViewOf);
    },

    markDeleting: (name) => update(name, 'deleting = true'),

    async listDeleting(account, namespace) {
      const rows = await database.rows<{ id: string }>(
        'select id from tollgate.schedules where account = $1 and namespace = $2 and deleting order by id',
        [await accountIds.require(account), namespace],
      );
      return rows.map(({ id }) => id);
    },

    async forgetSchedule({ account, id }) {
      const number = await accountIds.require(account);
      for (const period of PERIODS) await removeBudget(number, id, period);
      await database.rows('delete from tollgate.schedules where account = $1 and id = $2', [
        number,
        id,
      ]);
    },

    async setScheduleBudgets({ account, id }, { zone = 'UTC', ...caps }) {
      const number = await accountIds.require(account);
      for (const period of PERIODS) {
        const cap = caps[period];
        if (cap === undefined) await removeBudget(number, id, period);
        else
          await setBudget({
            account,
            kind: 'schedule',
            subject: id,
            period,
            zone,
            cap: credits(cap),
          });
      }
    },
  };
}
