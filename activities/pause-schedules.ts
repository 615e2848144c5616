/** Pauses the schedules of an account that has run out of credits. Any part of it may be done again. */
import type { RegisteredSchedule } from '../core/contract/schedule';
import { isPausedByUs, setPaused } from '../client/schedule-pause';
import { findSchedule } from '../client/temporal-schedule';
import type { ActivityDeps } from './deps';
import { changedMeanwhile } from './changed-meanwhile';

const WHY = 'the account is out of credits. It goes on by itself once there are enough.';

/** Whether Tollgate holds it paused now. One that a person has paused, or unpaused since, is left alone. */
export async function pauseSchedule(
  { ledger, client }: ActivityDeps,
  schedule: RegisteredSchedule,
): Promise<boolean> {
  const found = await findSchedule(client, schedule);
  if (!found) return false;
  const byUs = isPausedByUs(found);
  if (!byUs && (found.state.paused || schedule.pausedAt)) return false;
  const now = byUs ? found : await setPaused(client, found, true, WHY);
  if (!now) return false;
  if (!isPausedByUs(now)) {
    if (now.state.paused) return false;
    throw changedMeanwhile(schedule);
  }
  await ledger.markPaused(schedule, now.info.lastUpdatedAt ?? new Date());
  return true;
}
