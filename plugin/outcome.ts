/**
 * Decides what a failed attempt means for its reservation. Keeping one too long only delays the return
 * of its credits until the deadline; giving one back too early only makes the next attempt reserve
 * again. So where Temporal does not tell, either is safe; what must never happen is to charge usage
 * for a call that Temporal will run again.
 */
import { ApplicationFailure, type RetryPolicy } from '@temporalio/common';
import { msOptionalToNumber, msToNumber } from '@temporalio/common/lib/time';
import type { Context, Info } from '@temporalio/activity';
import type { RetryEnd } from '../core/contract/gate-header';

/**
 * `kept`: another attempt, or a completion from elsewhere, will close the reservation.
 * `lost`: Temporal has forgotten this attempt (its run was closed or reset, or it timed out).
 * `over`: the block failed or was cancelled for good.
 */
export type Outcome = 'kept' | 'lost' | 'over';

/** Temporal's defaults where the server did not say which policy holds. */
const INITIAL_INTERVAL_MS = 1_000;
const BACKOFF_COEFFICIENT = 2;
/** Temporal: the maximum interval is 100 times the initial one unless it is set. */
const MAXIMUM_INTERVAL_FACTOR = 100;

export function classifyFailure(error: unknown, context: Context, end: RetryEnd = {}): Outcome {
  if (nameOf(error) === 'CompleteAsyncError') return 'kept';
  const { cancellationSignal, cancellationDetails, info } = context;
  if (cancellationSignal.aborted) {
    if (cancellationDetails?.paused || cancellationDetails?.reset) return 'kept';
    switch (messageOf(cancellationSignal.reason)) {
      case 'CANCELLED':
        return 'over';
      case 'NOT_FOUND':
      case 'TIMED_OUT':
        return 'lost';
        // A worker that shuts down reports a failure, which is tried again like any other.
        break;
      default:
      // Any other reason: the error decides, as without a cancellation.
    }
  }
  return willRetry(error, info, end, Date.now()) ? 'kept' : 'over';
}

/**
 * Whether the run is closed and is still the last one under its workflow id, so that nobody will call
 * the block again. After a reset there is a later run.
 */
export async function runHasEnded({ info, client }: Context): Promise<boolean> {
  if (!info.workflowExecution) return false;
  const { workflowId, runId } = info.workflowExecution;
  const last = await client.workflow.getHandle(workflowId).describe();
  return last.runId === runId && last.status.name !== 'RUNNING';
}

/**
 * What Temporal's server decides after this failure, as far as the attempt can know it. The server
 * tells the retry policy to attempts that it queues, and not to those it hands out eagerly.
 */
function willRetry(error: unknown, info: Info, end: RetryEnd, nowMs: number): boolean {
  const policy = info.retryPolicy ?? {};
  const { maximumAttempts = 0, nonRetryableErrorTypes = [] } = info.retryPolicy ?? end;
  const isApplicationFailure = error instanceof ApplicationFailure;
  if (isApplicationFailure && error.nonRetryable) return false;
  // Temporal takes the name of an ordinary error for its type.
  const type = isApplicationFailure ? error.type : nameOf(error);
  if (type && nonRetryableErrorTypes.includes(type)) return false;
  if (maximumAttempts > 0 && info.attempt >= maximumAttempts) return false;
  if (!(info.scheduleToCloseTimeoutMs > 0)) return true;
  const asked = isApplicationFailure ? error.nextRetryDelay : undefined;
  const delayMs = asked ? msToNumber(asked) : backoffMs(policy, info.attempt);
  return nowMs + delayMs < info.scheduledTimestampMs + info.scheduleToCloseTimeoutMs;
}

function backoffMs(policy: RetryPolicy, attempt: number): number {
  const initialMs = msOptionalToNumber(policy.initialInterval) ?? INITIAL_INTERVAL_MS;
  const coefficient = policy.backoffCoefficient ?? BACKOFF_COEFFICIENT;
  const maximumMs =
    msOptionalToNumber(policy.maximumInterval) ?? initialMs * MAXIMUM_INTERVAL_FACTOR;
  return Math.min(initialMs * coefficient ** (attempt - 1), maximumMs);
}

/** By name, since a class is another one across realms and copies of a package. */
function nameOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'name' in error
    ? String(error.name)
    : undefined;
}

function messageOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : undefined;
}
