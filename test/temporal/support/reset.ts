/**
 * Resets a run as an operator does in Temporal's UI: the history up to an event is kept, and a new run
 * goes on from there.
 */
import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

/** Back to the first workflow task: everything the run had called is called again. */
export function resetToStart(client: Client, handle: WorkflowHandle): Promise<WorkflowHandle> {
  return reset(client, handle, 'first');
}

/** Back to the last workflow task: the new run waits for what the old one waited for. */
export function resetToEnd(client: Client, handle: WorkflowHandle): Promise<WorkflowHandle> {
  return reset(client, handle, 'last');
}

async function reset(
  client: Client,
  handle: WorkflowHandle,
  task: 'first' | 'last',
): Promise<WorkflowHandle> {
  const { workflowId, runId } = await handle.describe();
  const made = await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId, runId },
    reason: 'test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: await taskEnd(handle, task),
    resetReapplyType: temporal.api.enums.v1.ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
  });
  return client.workflow.getHandle(workflowId, made.runId);
}

type Long = NonNullable<temporal.api.history.v1.IHistoryEvent['eventId']>;

async function taskEnd(handle: WorkflowHandle, task: 'first' | 'last'): Promise<Long> {
  const { events } = await handle.fetchHistory();
  const ends = events?.filter((event) => Boolean(event.workflowTaskCompletedEventAttributes));
  const ended = ends?.at(task === 'first' ? 0 : -1);
  if (!ended?.eventId) throw new Error('The run has not finished a workflow task yet.');
  return ended.eventId;
}
