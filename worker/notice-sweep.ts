/**
 * Looks for what is to be told and to whom: thresholds that were crossed, and endpoints to which
 * something is due, whose workflow it starts. Every process of Tollgate's own worker sweeps; the ledger sees to
 * it that each crossing is told of once, Temporal that each endpoint has one workflow.
 */
import type { Client } from '@temporalio/client';
import { NOTICES_WORKFLOW, noticesWorkflowId } from '../core/contract/system';
import type { NoticeLedger } from '../ledger/notice-ledger';
import { repeat, type Repetition } from '../plugin/repeat';

const DEFAULT_EVERY_MS = 5_000;

export interface NoticeSweepOptions {
  readonly ledger: Pick<NoticeLedger, 'sweepNotices' | 'forgetNotices' | 'listDueEndpoints'>;
  readonly client: Client;
  readonly taskQueue: string;
  /** Pause between two sweeps, give or take a quarter. Default 5,000. */
  readonly everyMs?: number;
}

export function startNoticeSweep(
  options: NoticeSweepOptions,
  onError: (error: unknown) => void,
): Repetition {
  return repeat(() => sweep(options), options.everyMs ?? DEFAULT_EVERY_MS, onError);
}

async function sweep({ ledger, client, taskQueue }: NoticeSweepOptions): Promise<void> {
  await ledger.sweepNotices();
  await ledger.forgetNotices();
  for (const endpoint of await ledger.listDueEndpoints()) {
    await client.workflow.start(NOTICES_WORKFLOW, {
      workflowId: noticesWorkflowId(endpoint),
      taskQueue,
      args: [endpoint],
      // One that runs finds it by itself.
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
  }
}
