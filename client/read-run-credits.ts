/**
 * Asks a run what it has spent. Every gated workflow answers, running or finished, as long as Temporal
 * keeps its history and a worker has its code.
 */
import type { WorkflowHandle } from '@temporalio/client';
import { CREDITS_QUERY, type RunCredits } from '../core/contract/run-credits';

export function readRunCredits(handle: Pick<WorkflowHandle, 'query'>): Promise<RunCredits> {
  return handle.query<RunCredits>(CREDITS_QUERY);
}
