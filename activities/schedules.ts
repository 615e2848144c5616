/**
 * What the out-of-credits workflow does to the schedules of its account: all of them, some at a time, with
 * a heartbeat in between. Both activities may be tried again at any moment.
 */
import { heartbeat } from '@temporalio/activity';
import type { RegisteredSchedule } from '../core/contract/schedule';
import { inBatches } from '../client/in-batches';
import { deleteSchedule } from '../client/temporal-schedule';
import { pauseSchedule } from './pause-schedules';
import { resumeSchedule } from './resume-schedules';
import type { ScheduleDeps } from './schedule-deps';

const PAGE = 50;
/** The least that there can be. */
const SOMETHING = 1n;

export interface ResumedSchedules {
  readonly resumed: number;
  readonly madeAgain: number;
  /** Started once for what they had missed. */
  readonly ranOnce: number;
  /** Those that need more than there is, and stay paused by Tollgate. */
  readonly held: number;
}

export interface ScheduleActivities {
  /** Pauses what is not paused; returns how many Tollgate holds now. */
  pauseSchedules(account: string): Promise<number>;
  /** Resumes those whose runs can start with what there is. */
  resumeSchedules(account: string): Promise<ResumedSchedules>;
}

export function scheduleActivities(deps: ScheduleDeps): ScheduleActivities {
  const { ledger, client } = deps;

  async function onEach<Result>(
    account: string,
    work: (schedule: RegisteredSchedule) => Promise<Result>,
  ): Promise<Result[]> {
    await finishDeletes(account);
    const results: Result[] = [];
    for (let after = ''; ;) {
      const page = await ledger.listSchedules(account, { limit: PAGE, after });
      results.push(
        ...(await inBatches(page, async (schedule) => {
          heartbeat();
          return work(schedule);
        })),
      );
      if (page.length < PAGE) return results;
      after = page.at(-1)?.id ?? '';
    }
  }

  /** Deletes that were cut short: what their owner has deleted must not run on. */
  async function finishDeletes(account: string): Promise<void> {
    for (const id of await ledger.listDeleting(account)) {
      heartbeat();
      await deleteSchedule(client, { account, id });
      await ledger.forgetSchedule({ account, id });
    }
  }

  return {
    async pauseSchedules(account) {
      const held = await onEach(account, (schedule) => pauseSchedule(deps, schedule));
      return held.filter(Boolean).length;
    },

    async resumeSchedules(account) {
      const { available, frozen } = await ledger.readAccount(account);
      let held = 0;
      const resumed = await onEach(account, async (schedule) => {
        const needs = schedule.needs ?? schedule.learned ?? SOMETHING;
        if (!frozen && available >= needs) return resumeSchedule(deps, schedule);
        if (schedule.pausedAt) held += 1;
        return undefined;
      });
      const done = resumed.filter((one) => one !== undefined);
      return {
        resumed: done.length,
        madeAgain: done.filter(({ madeAgain }) => madeAgain).length,
        ranOnce: done.filter(({ ranOnce }) => ranOnce).length,
        held,
      };
    },
  };
}
