/**
 * What the out-of-credits workflow does to the schedules of its account: all of them, some at a time, with
 * a heartbeat in between. Both activities may be tried again at any moment.
 */
import { heartbeat } from '@temporalio/activity';
import { isTollgateError } from '../core/contract/errors';
import type { RegisteredSchedule } from '../core/contract/schedule';
import { inBatches } from '../client/in-batches';
import { deleteSchedule } from '../client/temporal-schedule';
import { pauseSchedule } from './pause-schedules';
import { resumeSchedule } from './resume-schedules';
import type { ActivityDeps } from './deps';

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

const NOTHING: ResumedSchedules = { resumed: 0, madeAgain: 0, ranOnce: 0, held: 0 };

export interface ScheduleActivities {
  /** Pauses those whose runs could not start; returns how many Tollgate holds now. */
  pauseSchedules(account: string): Promise<number>;
  /** Resumes those whose runs can start with what there is. */
  resumeSchedules(account: string): Promise<ResumedSchedules>;
}

export function createScheduleActivities(deps: ActivityDeps): ScheduleActivities {
  const { ledger, client } = deps;
  const { namespace } = client.options;

  async function onEach<Result>(
    account: string,
    work: (schedule: RegisteredSchedule) => Promise<Result>,
  ): Promise<Result[]> {
    await finishDeletes(account);
    const results: Result[] = [];
    for (let after = ''; ;) {
      const page = await ledger.listSchedules(account, { namespace, limit: PAGE, after });
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
    for (const id of await ledger.listDeleting(account, namespace)) {
      heartbeat();
      await deleteSchedule(client, { account, id });
      await ledger.forgetSchedule({ account, id });
    }
  }

  /** As the preflight would decide, so that nothing is resumed only to be skipped. */
  async function canRun(account: string): Promise<(schedule: RegisteredSchedule) => boolean> {
    const { available, frozen } = await ledger.readAccount(account);
    return ({ needs, learned }) => !frozen && available >= (needs ?? learned ?? SOMETHING);
  }

  /** The account may be another ledger's, or somebody has started the workflow by hand. */
  async function ifKnown<Result>(work: () => Promise<Result>, otherwise: Result): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (isTollgateError(error, 'ACCOUNT_UNKNOWN')) return otherwise;
      throw error;
    }
  }

  async function pauseSchedules(account: string): Promise<number> {
    const isPayable = await canRun(account);
    const held = await onEach(
      account,
      async (schedule) => !isPayable(schedule) && pauseSchedule(deps, schedule),
    );
    return held.filter(Boolean).length;
  }

  async function resumeSchedules(account: string): Promise<ResumedSchedules> {
    const isPayable = await canRun(account);
    let held = 0;
    const resumed = await onEach(account, async (schedule) => {
      if (isPayable(schedule)) return resumeSchedule(deps, schedule);
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
  }

  return {
    pauseSchedules: (account) => ifKnown(() => pauseSchedules(account), 0),
    resumeSchedules: (account) => ifKnown(() => resumeSchedules(account), NOTHING),
  };
}
