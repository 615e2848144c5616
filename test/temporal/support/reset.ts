/**
 * Resets a run as an operator does in Temporal's UI: the history up to an event is kept, and a new run
 * goes on from there.
 */
import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

/** Back to the first workflow task: everything the run had called is called again. */
export async function resetToStart(
  client: Client,
  handle: WorkflowHandle,
): Promise<WorkflowHandle> {
  const { workflowId, runId } = await handle.describe();
  const reset = await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId, runId },
    reason: 'test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: await firstTaskEnd(handle),
    resetReapplyType: temporal.api.enums.v1.ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
  });
  return client.workflow.getHandle(workflowId, reset.runId);
}

type Long = NonNullable<temporal.api.history.v1.IHistoryEvent['eventId']>;

async function firstTaskEnd(handle: WorkflowHandle): Promise<Long> {
  const { events } = await handle.fetchHistory();
  const ended = events?.find(({ workflowTaskCompletedEventAttributes }) =>
    Boolean(workflowTaskCompletedEventAttributes),
  );
  if (!ended?.eventId) throw new Error('The run has not finished a workflow task yet.');
  return ended.eventId;
}
