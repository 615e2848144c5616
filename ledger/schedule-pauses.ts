/** Which schedules Tollgate holds paused, and how far it is with resuming them. */
import type { ScheduleName, ScheduleRegistry } from '../core/contract/schedule';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import { SCHEDULE_COLUMNS, scheduleViewOf, type ScheduleRow } from './schedule-rows';

export function schedulePauseOperations(
  database: Database,
  accountIds: AccountIds,
): Pick<ScheduleRegistry, 'markPaused' | 'beginResume' | 'endResume' | 'findDueSchedules'> {
  const keyOf = async (name: ScheduleName) => [await accountIds.require(name.account), name.id];
  return {
    async markPaused(name, at) {
      await database.rows(
        `update tollgate.schedules set paused_at = coalesce(paused_at, $3)
          where account = $1 and id = $2 and not deleting`,
        [...(await keyOf(name)), at],
      );
    },

    async beginResume(name) {
      const key = await keyOf(name);
      await database.rows(
        `update tollgate.schedules
            set resuming_at = coalesce($3, clock_timestamp()), owed = missed, missed = 0
          where account = $1 and id = $2 and resuming_at is null and (paused_at is not null or missed > 0)`,
        [...key, database.now()],
      );
      const [row] = await database.rows<ScheduleRow>(
        `select ${SCHEDULE_COLUMNS} from tollgate.schedules s join tollgate.accounts a on a.id = s.account
          where s.account = $1 and s.id = $2 and s.resuming_at is not null and not s.deleting`,
        key,
      );
      return row && scheduleViewOf(row);
    },

    async findDueSchedules(namespace, quietMs) {
      const rows = await database.rows<{ account: string }>(
        'select account from tollgate.find_due_schedules($1, $2, $3) as account',
        [database.now(), namespace, quietMs],
      );
      return rows.map(({ account }) => account);
    },

    async endResume(name, { since }, ticks) {
      await database.rows(
        `update tollgate.schedules
            set resuming_at = null, owed = 0, paused_at = null, skipped = skipped + $4
          where account = $1 and id = $2 and abs(extract(epoch from resuming_at - $3)) < 0.002`, // JavaScript's times are coarser
        [...(await keyOf(name)), since, ticks],
      );
    },
  };
}
