/**
 * When a workflow that lives long continues as new. Temporal suggests it at some thousands of events; a
 * burst of signals gets there fast, and what is long takes long to replay: so it is done long before.
 *
 * The danger is what a worker has to compute in one go. Temporal's SDK ends whatever takes five seconds by
 * ending the script, and where that happens within a promise, Node ends the whole process ("async hook
 * stack has become corrupted"), again and again, with all that runs in it. A signal's handler costs the SDK
 * about a millisecond on a slow machine, and all that came while no worker was there come at once. So
 * `subscription` takes its handler off after some of them: what is not handled only waits.
 */
import { workflowInfo } from '@temporalio/workflow';

const LONG = 1_000;

export function isHistoryLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > LONG;
}
