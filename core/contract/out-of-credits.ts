/**
 * What happens at zero credits: the two policies, and the names by which a refused call, the run that
 * waits, and the workflow `out-of-credits:{account}` find each other. Names of signals carry the key of
 * the call, so that no payload of theirs depends on how an author encodes data.
 */
import type { Duration } from '@temporalio/common';
import type { CreditsText } from './credits';
import type { ChargeKey } from './reservation';

/** `halt`: the run ends at the refused block. `wait`: the call goes on once there are credits for it. */
export type RefusalPolicy = 'halt' | 'wait';

/** As authors and operators give it. */
export type OutOfCredits =
  | RefusalPolicy
  | {
      readonly policy: RefusalPolicy;
      /** How long one call waits before its run halts after all: `'7 days'`, or milliseconds. Default 30 days. */
      readonly deadline?: Duration;
    };

/** As headers carry it. */
export interface OutOfCreditsRule {
  readonly policy: RefusalPolicy;
  readonly deadlineMs?: number;
}

/** In the details of a refusal whose call waits: what its workflow needs to know for that. */
export interface Waiting {
  /** Names the call in signals. */
  readonly key: string;
  /** ISO time of its first refusal, which is its place in line. */
  readonly since: string;
  /** ISO time at which the wait is given up. */
  readonly deadline: string;
}

export const OUT_OF_CREDITS_WORKFLOW = 'outOfCredits';

/** The workflow that exists while an account is out of credits. */
export function outOfCreditsId(account: string): string {
  return `out-of-credits:${account}`;
}

/** Signal to that workflow: a call was refused. Its argument is a {@link RefusedCall}. */
export const REFUSED_SIGNAL = 'refused';

export interface RefusedCall {
  readonly policy: RefusalPolicy;
  readonly workflowId: string;
  readonly runId: string;
  readonly agent: string;
  /** Absent for a run that was skipped before its first block. */
  readonly block?: string;
  /** The schedule that has started the run. */
  readonly schedule?: string;
  readonly needed: CreditsText;
  readonly available: CreditsText;
  /** ISO time at which credits next arrive by themselves, if any do. */
  readonly nextCreditsAt?: string;
  /** ISO time at which it is given up, where it waits. */
  readonly deadline?: string;
}

/** Signal to that workflow: there may be credits for the first in line. */
export const LOOK_SIGNAL = 'look';

/** Query that it answers with an {@link Episode}. */
export const LINE_QUERY = 'line';

/** One stretch of time in which an account is out of credits. */
export interface Episode {
  /** ISO time of its first refusal. */
  readonly since: string;
  /** Refusals that were told of; of runs that halt, not every one is. */
  readonly refused: number;
  /** Calls that were woken. */
  readonly woken: number;
  /** Calls in line. */
  readonly waiting: number;
  /** Schedules that are held paused; absent in episodes that older versions have begun. */
  readonly held?: number;
  readonly first?: FirstInLine | undefined;
  /** What the account had when it was looked at last. */
  readonly available?: CreditsText | undefined;
  /** ISO time at which credits next arrive by themselves, if any do. */
  readonly nextCreditsAt?: string | undefined;
}

export interface FirstInLine {
  readonly workflowId: string;
  readonly block: string;
  readonly needed: CreditsText;
  /** ISO time of its first refusal. */
  readonly since: string;
}

/** What waking a line has come to. */
export interface LineNow extends Pick<
  Episode,
  'waiting' | 'first' | 'available' | 'nextCreditsAt'
> {
  /** Calls that were woken just now. */
  readonly woken: number;
  /** There may be credits for still more of them. */
  readonly more: boolean;
}

const LEAVE_PREFIX = 'leave:';

/** Signal to that workflow: this call waits no longer. */
export function leaveSignal(key: string): string {
  return `${LEAVE_PREFIX}${key}`;
}

/** The key of the call that leaves; undefined for any other signal. */
export function readLeaveSignal(name: string): string | undefined {
  return name.startsWith(LEAVE_PREFIX) ? name.slice(LEAVE_PREFIX.length) : undefined;
}

/** Signal to a run that waits: its call may go on. */
export function creditsSignal(key: string): string {
  return `tollgate-credits:${key}`;
}

export function formatCallKey({ run, call }: ChargeKey): string {
  return `${run}:${call}`;
}

/** Undefined for what is no key. */
export function parseCallKey(key: string): ChargeKey | undefined {
  const [, run, call] = /^([0-9a-f-]{36}):(-?\d{1,19})$/.exec(key) ?? [];
  return run === undefined || call === undefined ? undefined : { run, call: BigInt(call) };
}
