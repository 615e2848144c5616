/**
 * What a refusal for want of credits tells an agent: the first detail of an `ApplicationFailure` of
 * type {@link INSUFFICIENT_CREDITS}. Plain JSON, so that an agent in any language can act on it.
 * The readers below work in workflows (the failure of a block or of a child run) and in clients (a run
 * that was halted): Temporal wraps a failure once per border it crosses, so the causes are searched.
 */
import type { CreditsText } from './credits';
import type { Waiting } from './out-of-credits';

export const INSUFFICIENT_CREDITS = 'INSUFFICIENT_CREDITS';

/**
 * `EXHAUSTED`: the account does not hold enough. `RESERVED_ELSEWHERE`: it does, but other calls that
 * are running now have set it aside, and may give some of it back, or it is kept back for one that waits in line.
 */
export type ShortageReason = 'EXHAUSTED' | 'RESERVED_ELSEWHERE';

export type WayOn = 'wait' | 'top-up' | 'upgrade' | 'cheaper-option';

/** A choice of the input under which this very call would have been affordable. */
export interface CheaperOption {
  /** Field of the input, such as `model`. */
  readonly option: string;
  readonly choice: string;
  /** What the call would reserve. */
  readonly credits: CreditsText;
}

export interface InsufficientCredits {
  readonly account: string;
  readonly block: string;
  readonly needed: CreditsText;
  readonly available: CreditsText;
  /** Set aside for other calls, or kept back for the first in line. */
  readonly reserved: CreditsText;
  readonly reason: ShortageReason;
  /** ISO time at which credits next arrive by themselves, if any do. */
  readonly nextCreditsAt?: string;
  readonly ways: readonly WayOn[];
  /** Cheapest first; absent where the price has no options, or none is affordable. */
  readonly cheaper?: readonly CheaperOption[];
  /** Set where the call waits; a run that waits sees to it itself, so its author never meets this. */
  readonly waiting?: Waiting;
  /** Set where the call has waited in vain: ISO times of its first refusal and of the deadline. */
  readonly waited?: { readonly since: string; readonly until: string };
}

/** A chain of causes is as long as the tree of runs is deep; this bounds a cyclic one. */
const MAX_CAUSES = 100;

/** Whether a block was refused because the account has not enough credits. */
export function isInsufficientCredits(error: unknown): error is Error {
  return findRefusal(error) !== undefined;
}

/** What was missing and which ways on there are; undefined for any other failure. */
export function readInsufficientCredits(error: unknown): InsufficientCredits | undefined {
  // Written by the gate (plugin/failures.ts) under this very type.
  return findRefusal(error)?.details?.[0] as InsufficientCredits | undefined;
}

interface RefusalFailure {
  readonly type: string;
  readonly details?: readonly unknown[] | null;
}

function findRefusal(error: unknown): RefusalFailure | undefined {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES; depth += 1) {
    if (typeof current !== 'object' || current === null) return undefined;
    const { type, cause } = current as { readonly type?: unknown; readonly cause?: unknown };
    // Failures of this type are made by the gate alone, and have their details or none.
    if (type === INSUFFICIENT_CREDITS) return current as RefusalFailure;
    current = cause;
  }
  return undefined;
}
