/** Rows of the registry of schedules, as the operations on it read them. */
import { TollgateError } from '../core/contract/errors';
import type {
  OnReplenish,
  RegisteredSchedule,
  ScheduleName,
  ScheduleRecord,
} from '../core/contract/schedule';

export interface ScheduleRow {
  readonly id: string;
  readonly account: string;
  readonly namespace: string;
  readonly agent: string;
  readonly recipe: unknown;
  readonly on_replenish: OnReplenish;
  readonly needs: bigint | null;
  readonly learned: bigint | null;
  readonly created_at: Date;
  readonly skipped: bigint;
  readonly missed: bigint;
  readonly paused_at: Date | null;
  readonly resuming_at: Date | null;
  readonly owed: bigint;
}

/** Of `tollgate.schedules s` beside `tollgate.accounts a`. */
export const SCHEDULE_COLUMNS = `s.id, a.name as account, s.namespace, s.agent, s.recipe, s.on_replenish, s.needs, s.learned,
  s.created_at, s.skipped, s.missed, s.paused_at, s.resuming_at, s.owed`;

const ID = /^[^\s]{1,100}$/;

export function scheduleViewOf(row: ScheduleRow): RegisteredSchedule {
  const { account, id, namespace, agent, recipe, needs, learned, paused_at, resuming_at } = row;
  return {
    account,
    id,
    namespace,
    agent,
    recipe,
    onReplenish: row.on_replenish,
    ...(needs === null ? {} : { needs }),
    ...(learned === null ? {} : { learned }),
    createdAt: row.created_at,
    skipped: Number(row.skipped),
    missed: Number(row.missed),
    ...(paused_at === null ? {} : { pausedAt: paused_at }),
    ...(resuming_at === null ? {} : { resuming: { since: resuming_at, owed: Number(row.owed) } }),
  };
}

export function scheduleUnknown({ account, id }: ScheduleName): TollgateError {
  return new TollgateError('SCHEDULE_UNKNOWN', { account, schedule: id });
}

export function refuseBadSchedule({ id, agent, onReplenish, needs }: ScheduleRecord): void {
  if (!ID.test(id))
    throw new TollgateError('INPUT_INVALID', { id, rule: '1 to 100 characters without spaces' });
  if (agent === '') throw new TollgateError('INPUT_INVALID', { agent, rule: 'not empty' });
  if (!['skip', 'run-once'].includes(onReplenish))
    throw new TollgateError('INPUT_INVALID', { onReplenish, rule: 'skip or run-once' });
  if (needs !== undefined && needs < 0n)
    throw new TollgateError('AMOUNT_INVALID', { needs: String(needs) });
}
