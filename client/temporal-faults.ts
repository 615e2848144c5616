/** What Temporal's client throws, in Tollgate's words, once, at the border of this folder. */
import {
  isGrpcServiceError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
} from '@temporalio/client';
import { TollgateError } from '../core/contract/errors';

/** Statuses of gRPC. */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
/** Cancelled, deadline exceeded, resources exhausted, unavailable. */
const AWAY = [1, 4, 8, 14];

export function isNotFound(error: unknown): boolean {
  return error instanceof ScheduleNotFoundError || statusOf(error) === NOT_FOUND;
}

/** An update that is sent while a workflow continues as new is for neither run; a moment later it is taken. */
export function isBetweenRuns(error: unknown): boolean {
  return statusOf(error) === FAILED_PRECONDITION;
}

export function isAlreadyThere(error: unknown): boolean {
  return error instanceof ScheduleAlreadyRunning;
}

/** INPUT_INVALID for what Temporal will never take, TEMPORAL_UNAVAILABLE, or the error as it is. */
export function asTollgateError(error: unknown): unknown {
  const status = statusOf(error);
  const reason = reasonOf(error);
  if (error instanceof TypeError || status === INVALID_ARGUMENT) {
    const message = `Temporal does not take this schedule: ${reason}`;
    return new TollgateError('INPUT_INVALID', {}, { message, cause: error });
  }
  if (status !== undefined && AWAY.includes(status))
    return new TollgateError('TEMPORAL_UNAVAILABLE', { reason }, { cause: error });
  return error;
}

/** Temporal's client wraps what the connection says. */
function statusOf(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && error.cause !== undefined ? statusOf(error.cause) : undefined;
}

function reasonOf(error: unknown): string {
  if (isGrpcServiceError(error)) return error.details;
  if (!(error instanceof Error)) return String(error);
  return isGrpcServiceError(error.cause) ? error.cause.details : error.message;
}
