/**
 * What the ledger keeps of a gated schedule: that it is there and whose it is, all that it takes to make
 * it again in Temporal, and what it did not run for want of credits.
 */
import type { Credits, CreditsText } from './credits';
import type { SkipReason } from './preflight';

/** What a schedule does about ticks that were skipped, once credits are back: nothing, or one run. */
export type OnReplenish = 'skip' | 'run-once';

/** Schedules are named within their account: two accounts may both have a `daily`. */
export interface ScheduleName {
  readonly account: string;
  /** 1 to 100 characters without spaces. */
  readonly id: string;
}

export interface ScheduleRecord extends ScheduleName {
  /** Temporal's, in which it ticks. Ids are unique within the account whatever the namespace. */
  readonly namespace: string;
  /** The workflow type that it starts. */
  readonly agent: string;
  /** JSON, written and read by client/ alone. */
  readonly recipe: unknown;
  readonly onReplenish: OnReplenish;
  /** What must be available for a run to start; absent: anything, or what the last refusal asked for. */
  readonly needs?: Credits;
}

export interface RegisteredSchedule extends ScheduleRecord {
  /** What its last refusal asked for. */
  readonly learned?: Credits;
  readonly createdAt: Date;
  /** Ticks that ran nothing since it was created. */
  readonly skipped: number;
  /** Those of them since the account's credits last came back. */
  readonly missed: number;
  /** Since when Tollgate holds it paused. */
  readonly pausedAt?: Date;
  readonly resuming?: Resuming;
}

/** A resume under way; the same however often it is tried again. */
export interface Resuming {
  readonly since: Date;
  /** Missed ticks that it answers for, beside those while it was paused. */
  readonly owed: number;
}

export interface SkippedTick {
  readonly workflowId: string;
  readonly reason: SkipReason;
  readonly needed: Credits;
  readonly available: Credits;
  readonly at: Date;
}

/** Caps on what the runs of one schedule may spend in a period. */
export interface ScheduleBudgets {
  readonly day?: CreditsText;
  readonly month?: CreditsText;
  /** IANA time zone of the days and months. Default UTC. */
  readonly zone?: string;
}

interface ListPage {
  /** Only of this namespace. */
  readonly namespace?: string;
  readonly limit?: number;
  readonly after?: string;
}

/** The part of the ledger that knows schedules. */
export interface ScheduleRegistry {
  /** False where the account has one of this id. @throws ACCOUNT_UNKNOWN, INPUT_INVALID */
  addSchedule(record: ScheduleRecord): Promise<boolean>;
  /** Forgets what refusals have taught. @throws ACCOUNT_UNKNOWN, SCHEDULE_UNKNOWN */
  changeSchedule(record: ScheduleRecord): Promise<void>;
  /** @throws ACCOUNT_UNKNOWN, SCHEDULE_UNKNOWN */
  readSchedule(name: ScheduleName): Promise<RegisteredSchedule>;
  /** By id; `after` is an id. @throws ACCOUNT_UNKNOWN */
  listSchedules(account: string, page?: ListPage): Promise<readonly RegisteredSchedule[]>;
  /** Newest first. */
  listSkippedRuns(name: ScheduleName, limit?: number): Promise<readonly SkippedTick[]>;
  /** From now on nothing makes it again, and it is listed no more. @throws ACCOUNT_UNKNOWN, SCHEDULE_UNKNOWN */
  markDeleting(name: ScheduleName): Promise<void>;
  /** Ids of those that are marked and not yet forgotten. */
  listDeleting(account: string, namespace: string): Promise<readonly string[]>;
  /** Removes its row and its budgets; nothing where there is none. */
  forgetSchedule(name: ScheduleName): Promise<void>;
  /** Sets the caps that are given and removes the others. @throws ACCOUNT_UNKNOWN, AMOUNT_INVALID, INPUT_INVALID */
  setScheduleBudgets(name: ScheduleName, budgets: ScheduleBudgets): Promise<void>;
  /** Remembers that Tollgate has paused it; the first time counts. */
  markPaused(name: ScheduleName, at: Date): Promise<void>;
  /** Notes that it is being resumed; again: what the first time noted. Undefined where there is nothing to do. */
  beginResume(name: ScheduleName): Promise<RegisteredSchedule | undefined>;
  /** Accounts of which a schedule that is held may go on; one is named once in `quietMs`. */
  findDueSchedules(namespace: string, quietMs: number): Promise<readonly string[]>;
  /** Ends that resume; `ticks` were skipped while it was paused. */
  endResume(name: ScheduleName, resuming: Resuming, ticks: number): Promise<void>;
}
