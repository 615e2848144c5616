/**
 * How Tollgate's errors look to Temporal: an `ApplicationFailure` whose type is the code of the error
 * table and whose first detail holds the facts. A refusal and a bug are never retried; a fault is. A
 * refusal is BENIGN: the worker is well, so it neither warns nor counts a failure.
 */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { formatCredits } from '../core/contract/credits';
import {
  TollgateError,
  describeError,
  errors,
  isTollgateError,
  type ErrorCode,
  type ErrorDetails,
} from '../core/contract/errors';
import type {
  CheaperOption,
  InsufficientCredits,
  WayOn,
} from '../core/contract/insufficient-credits';
import type { Waiting } from '../core/contract/out-of-credits';
import type { BudgetExceeded } from '../core/contract/budget';
import type { OverBudget, Refusal } from '../core/contract/reservation';

/** Any other error is given back as it is. */
export function toFailure(error: unknown): unknown {
  if (!isTollgateError(error)) return error;
  // Where a refusal was noticed helps nobody and would double its size in the history.
  const cause = errors[error.code].kind === 'refusal' ? error.cause : error;
  return createFailure(error.code, error.details, error.message, cause);
}

type Insufficient = Extract<Refusal, { readonly kind: 'insufficient' }>;
/** Refusals that carry no numbers. */
type PlainRefusal = Exclude<Refusal, Insufficient | OverBudget>;

/** What the ledger refused, as the error that says so. */
export function refusalToError(
  refusal: PlainRefusal,
  account: string,
  block: string,
): TollgateError {
  return new TollgateError(codeOf(refusal.kind), { account, block });
}

interface WaysOut {
  readonly cheaper?: readonly CheaperOption[];
  readonly waiting?: Waiting | undefined;
}

export function insufficientFailure(
  refusal: Insufficient,
  account: string,
  block: string,
  { cheaper = [], waiting }: WaysOut = {},
): ApplicationFailure {
  const { needed, available, reserved, nextCreditsAt } = refusal;
  const elsewhere = available + reserved >= needed;
  const ways: WayOn[] = ['top-up', 'upgrade'];
  if (elsewhere || nextCreditsAt) ways.unshift('wait');
  if (cheaper.length > 0) ways.push('cheaper-option');
  const details: InsufficientCredits = {
    account,
    block,
    needed: formatCredits(needed),
    available: formatCredits(available),
    reserved: formatCredits(reserved),
    reason: elsewhere ? 'RESERVED_ELSEWHERE' : 'EXHAUSTED',
    ...(nextCreditsAt ? { nextCreditsAt: nextCreditsAt.toISOString() } : {}),
    ways,
    ...(cheaper.length > 0 ? { cheaper } : {}),
    ...(waiting ? { waiting } : {}),
  };
  const facts = { ...details };
  return createFailure('INSUFFICIENT_CREDITS', facts, describeError('INSUFFICIENT_CREDITS', facts));
}

export function budgetFailure(
  refusal: OverBudget,
  account: string,
  block: string,
): ApplicationFailure {
  const { needed, cap, spent, reserved, budget, endsAt } = refusal;
  const details: BudgetExceeded = {
    account,
    block,
    needed: formatCredits(needed),
    ...budget,
    cap: formatCredits(cap),
    spent: formatCredits(spent),
    reserved: formatCredits(reserved),
    ...(endsAt ? { endsAt: endsAt.toISOString() } : {}),
  };
  const facts = { ...details };
  return createFailure('BUDGET_EXCEEDED', facts, describeError('BUDGET_EXCEEDED', facts));
}

/**
 * The reservation was given back while the block ran, by an operator or by a later attempt that failed.
 * Its result is not paid for, so the call is made again, under a new reservation.
 */
export function lostReservationFailure(account: string, block: string): ApplicationFailure {
  const details = { account, block };
  return ApplicationFailure.create({
    type: 'RESERVATION_UNKNOWN',
    message: describeError('RESERVATION_UNKNOWN', details),
    details: [details],
  });
}

function createFailure(
  code: ErrorCode,
  details: ErrorDetails,
  message: string,
  cause?: unknown,
): ApplicationFailure {
  const { kind } = errors[code];
  return ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: kind !== 'fault',
    details: [details],
    ...(kind === 'refusal' ? { category: ApplicationFailureCategory.BENIGN } : {}),
    ...(cause instanceof Error ? { cause } : {}),
  });
}

function codeOf(kind: PlainRefusal['kind']): ErrorCode {
  switch (kind) {
    case 'account-unknown':
      return 'ACCOUNT_UNKNOWN';
    case 'account-frozen':
      return 'ACCOUNT_FROZEN';
    case 'key-mismatch':
      return 'KEY_MISMATCH';
  }
}
