/**
 * When a workflow that lives long continues as new. Temporal suggests it at some thousands of events; a
 * burst of signals gets there fast, and in tests a worker died on such a history before ("async hook stack
 * has become corrupted"), with the agents that it served. So it is done long before.
 */
import { workflowInfo } from '@temporalio/workflow';

const LONG = 1_000;

export function isHistoryLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > LONG;
}
