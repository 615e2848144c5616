/** What a gated schedule looks like: the registry's part, and how Temporal has it. */
import type { ScheduleDescription } from '@temporalio/client';
import type { CreditsText } from '../core/contract/credits';
import { formatCredits } from '../core/contract/credits';
import type { OnReplenish, RegisteredSchedule, ScheduleName } from '../core/contract/schedule';
import { isPausedByUs } from './schedule-pause';
import { temporalScheduleId, type ScheduleRecipe } from './schedule-recipe';

/**
 * `active`: it ticks. `held`: Tollgate has paused it until credits are back. `paused`: a person has.
 * `lost`: Temporal has it no more, although nobody has deleted it here.
 */
export type ScheduleState = 'active' | 'held' | 'paused' | 'lost';

export interface ScheduleView extends ScheduleName {
  /** In Temporal, and the beginning of its runs' workflow ids. */
  readonly temporalId: string;
  readonly state: ScheduleState;
  /** Why it is paused or was resumed, as Temporal shows it. */
  readonly note?: string;
  readonly agent: string;
  readonly taskQueue: string;
  readonly spec: ScheduleRecipe['spec'];
  readonly member?: string;
  readonly budget?: CreditsText;
  readonly needs?: CreditsText;
  readonly onReplenish: OnReplenish;
  readonly createdAt: Date;
  /** Ticks that ran nothing since it was created; those while it is held count once it is resumed. */
  readonly skipped: number;
  readonly heldSince?: Date;
  /** Runs that Temporal has started for it, skipped ones among them. */
  readonly started: number;
  readonly nextAt?: Date;
}

export function viewSchedule(
  registered: RegisteredSchedule,
  described: ScheduleDescription | undefined,
): ScheduleView {
  const { account, id, agent, onReplenish, createdAt, skipped, pausedAt, needs } = registered;
  const { taskQueue, spec, member, budget } = registered.recipe as ScheduleRecipe; // Written by this folder.
  const state = stateOf(described);
  const note = described?.state.note;
  const nextAt = state === 'active' ? described?.info.nextActionTimes[0] : undefined;
  return {
    account,
    id,
    temporalId: temporalScheduleId(registered),
    state,
    ...(note ? { note } : {}),
    agent,
    taskQueue,
    spec,
    ...(member === undefined ? {} : { member }),
    ...(budget === undefined ? {} : { budget }),
    ...(needs === undefined ? {} : { needs: formatCredits(needs) }),
    onReplenish,
    createdAt,
    skipped,
    ...(state === 'held' && pausedAt ? { heldSince: pausedAt } : {}),
    started: described?.info.numActionsTaken ?? 0,
    ...(nextAt ? { nextAt } : {}),
  };
}

function stateOf(described: ScheduleDescription | undefined): ScheduleState {
  if (!described) return 'lost';
  if (!described.state.paused) return 'active';
  return isPausedByUs(described) ? 'held' : 'paused';
}
