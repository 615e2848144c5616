/**
 * Resumes a schedule that Tollgate holds paused, once its account has credits again. Each step may be
 * done again: the registry remembers which resume is under way, Temporal's note tells whether it has been
 * unpaused, and one run for what was missed is asked for under the key of this resume.
 */
import type { ScheduleDescription } from '@temporalio/client';
import { isTollgateError } from '../core/contract/errors';
import type { RegisteredSchedule, Resuming } from '../core/contract/schedule';
import {
  countTicks,
  isPausedByUs,
  isResumedByUs,
  setPaused,
  triggerOnce,
} from '../client/schedule-pause';
import { temporalScheduleId, type ScheduleRecipe } from '../client/schedule-recipe';
import { deleteSchedule, findSchedule, makeSchedule } from '../client/temporal-schedule';
import type { ActivityDeps } from './deps';
import { changedMeanwhile } from './changed-meanwhile';

const WHY = 'the account has credits again.';

export interface Resumed {
  readonly madeAgain: boolean;
  readonly ranOnce: boolean;
}

/** Undefined where there was nothing to resume. */
export async function resumeSchedule(
  deps: ActivityDeps,
  listed: RegisteredSchedule,
): Promise<Resumed | undefined> {
  const { ledger, client } = deps;
  const schedule = await ledger.beginResume(listed);
  if (!schedule?.resuming) return undefined;
  const { resuming, pausedAt } = schedule;
  const found = await findSchedule(client, schedule);
  const now = found && (await unpause(deps, schedule, found));
  // One that was closed while it was held is made again; one that was gone before is not.
  const madeAgain = !now && pausedAt !== undefined && (await makeAgain(deps, schedule));
  const wasHeld = madeAgain || (now !== undefined && isResumedByUs(now));
  const until = now?.info.lastUpdatedAt ?? resuming.since;
  const ticks = pausedAt && wasHeld ? await countTicks(client, schedule, pausedAt, until) : 0;
  const active = madeAgain || (now !== undefined && !now.state.paused);
  const ranOnce = active && (await catchUp(deps, schedule, resuming, ticks));
  await ledger.endResume(schedule, resuming, ticks);
  return { madeAgain, ranOnce };
}

/** How it is afterwards; undefined where it has closed. One that a person has paused stays as it is. */
async function unpause(
  { client }: ActivityDeps,
  schedule: RegisteredSchedule,
  found: ScheduleDescription,
): Promise<ScheduleDescription | undefined> {
  if (!isPausedByUs(found)) return found;
  const now = await setPaused(client, found, false, WHY);
  if (now && isPausedByUs(now)) throw changedMeanwhile(schedule);
  return now;
}

/** False where its owner has deleted it, or Temporal will not take it any more. */
async function makeAgain(
  { ledger, client }: ActivityDeps,
  schedule: RegisteredSchedule,
): Promise<boolean> {
  try {
    await makeSchedule(client, schedule, schedule.recipe as ScheduleRecipe); // Written by client/.
    // Its owner may have deleted it a moment ago.
    await ledger.readSchedule(schedule);
    return true;
  } catch (error) {
    if (isTollgateError(error, 'INPUT_INVALID')) return false;
    if (!isTollgateError(error, 'SCHEDULE_UNKNOWN')) throw error;
    await deleteSchedule(client, schedule);
    return false;
  }
}

/** One run for all that was missed, where the schedule's owner wants it. */
async function catchUp(
  { client }: ActivityDeps,
  schedule: RegisteredSchedule,
  { since, owed }: Resuming,
  ticks: number,
): Promise<boolean> {
  if (schedule.onReplenish !== 'run-once' || owed + ticks === 0) return false;
  await triggerOnce(client, schedule, `${temporalScheduleId(schedule)} ${since.toISOString()}`);
  return true;
}
