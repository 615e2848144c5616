/**
 * Tells a run that waits that it may go on, and finds out whether one that cannot be told has ended. A run
 * that was reset goes on as another execution, which waits for the same call.
 */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { creditsSignal, formatCallKey } from '../core/contract/out-of-credits';
import type { WaitingView } from '../ledger/views';

/** Resets of resets; more than so many are a mistake. */
const MAX_RESETS = 100;

/** False when nobody is left to be told. */
export async function tellRun(client: Client, waiting: WaitingView): Promise<boolean> {
  const { workflowId } = waiting;
  let runId: string | undefined = waiting.workflowRunId;
  for (let resets = 0; runId !== undefined && resets < MAX_RESETS; resets += 1) {
    try {
      const run = client.workflow.getHandle(workflowId, runId);
      await run.signal(creditsSignal(formatCallKey(waiting)));
      return true;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      runId = await findReset(client, workflowId, runId);
    }
  }
  return false;
}

/** Whether the run, or what a reset has made of it, is still there to wait. */
export async function isThere(client: Client, waiting: WaitingView): Promise<boolean> {
  const { workflowId } = waiting;
  let runId: string | undefined = waiting.workflowRunId;
  for (let resets = 0; runId !== undefined && resets < MAX_RESETS; resets += 1) {
    const found = await describe(client, workflowId, runId);
    if (found?.status.name === 'RUNNING' || found?.status.name === 'PAUSED') return true;
    runId = found?.raw.workflowExtendedInfo?.resetRunId || undefined;
  }
  return false;
}

async function findReset(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<string | undefined> {
  const found = await describe(client, workflowId, runId);
  return found?.raw.workflowExtendedInfo?.resetRunId || undefined;
}

async function describe(client: Client, workflowId: string, runId: string) {
  try {
    return await client.workflow.getHandle(workflowId, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
