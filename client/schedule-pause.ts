/**
 * Pausing in Tollgate's name. Whose pause it is stands in the note, in Temporal itself, so that it is
 * never in doubt: a person who pauses a schedule writes another one.
 */
import { randomUUID } from 'node:crypto';
import type { ScheduleDescription } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import type { ScheduleName } from '../core/contract/schedule';
import { temporalScheduleId } from './schedule-recipe';
import { unlessGone, type TemporalClient } from './temporal-schedule';

const PAUSED_BY_US = 'Paused by Tollgate: ';
const RESUMED_BY_US = 'Resumed by Tollgate: ';
/** `BUFFER_ONE` on Temporal's wire: after the run that is under way, if any. */
const AFTER_THE_OTHER = 2;

type Described = Pick<ScheduleDescription, 'state'>;

export function isOwnNote(note: string | undefined): boolean {
  return note?.startsWith(PAUSED_BY_US) === true;
}

export function isPausedByUs({ state }: Described): boolean {
  return state.paused && isOwnNote(state.note);
}

export function isResumedByUs({ state }: Described): boolean {
  return !state.paused && state.note?.startsWith(RESUMED_BY_US) === true;
}

/**
 * Pauses or resumes it, unless somebody has changed it since it was described: Temporal drops such an
 * update without a word. Returns how it is now; undefined where it is gone, as one that was paused for
 * long may be once it is resumed. @throws TEMPORAL_UNAVAILABLE
 */
export function setPaused(
  client: TemporalClient,
  { scheduleId, raw }: ScheduleDescription,
  paused: boolean,
  why: string,
): Promise<ScheduleDescription | undefined> {
  const { namespace, identity } = client.options;
  const { schedule, conflictToken } = raw;
  const notes = (paused ? PAUSED_BY_US : RESUMED_BY_US) + why;
  return unlessGone(async () => {
    await client.connection.workflowService.updateSchedule({
      namespace,
      scheduleId,
      identity,
      requestId: randomUUID(),
      conflictToken: conflictToken ?? null,
      schedule: { ...schedule, state: { ...schedule?.state, paused, notes } },
    });
    return client.schedule.getHandle(scheduleId).describe();
  });
}

/** Starts one run, after the one that is under way, if any. Under the same key again it does nothing. */
export async function triggerOnce(
  client: TemporalClient,
  name: ScheduleName,
  key: string,
): Promise<void> {
  const { namespace, identity } = client.options;
  await unlessGone(() =>
    client.connection.workflowService.patchSchedule({
      namespace,
      identity,
      scheduleId: temporalScheduleId(name),
      requestId: key,
      patch: { triggerImmediately: { overlapPolicy: AFTER_THE_OTHER } },
    }),
  );
}

/** How many times the schedule names after `from`, up to `to`. @throws TEMPORAL_UNAVAILABLE */
export async function countTicks(
  client: TemporalClient,
  name: ScheduleName,
  from: Date,
  to: Date,
): Promise<number> {
  let ticks = 0;
  let after = from.getTime();
  for (;;) {
    const answer = await unlessGone(() =>
      client.connection.workflowService.listScheduleMatchingTimes({
        namespace: client.options.namespace,
        scheduleId: temporalScheduleId(name),
        startTime: msToTs(after),
        endTime: msToTs(to.getTime()),
      }),
    );
    // Temporal answers with so many at most, and goes on after the last.
    const times = answer?.startTime ?? [];
    ticks += times.length;
    const last = times.at(-1);
    if (!last || tsToMs(last) <= after) return ticks;
    after = tsToMs(last);
  }
}
