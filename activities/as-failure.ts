/**
 * Tollgate's errors as Temporal takes them: the code is the type, the facts are the first detail. A refusal
 * and a bug are not tried again; a fault is.
 */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { errors, isTollgateError } from '../core/contract/errors';

/** Runs an activity's work; any other error is given back as it is. */
export async function withFailures<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isTollgateError(error)) throw error;
    const { kind } = errors[error.code];
    throw ApplicationFailure.create({
      type: error.code,
      message: error.message,
      nonRetryable: kind !== 'fault',
      details: [error.details],
      ...(kind === 'refusal' ? { category: ApplicationFailureCategory.BENIGN } : {}),
    });
  }
}
