/**
 * Tells `subscription:{account}` when an account with automatic top-ups runs low, whatever used its credits
 * up. It asks the ledger every few seconds, so that nothing on the way of a settle has to think of it and
 * the workflow needs no timer for it.
 */
import type { Client } from '@temporalio/client';
import {
  HINT_SIGNAL,
  SUBSCRIPTION_WORKFLOW,
  subscriptionWorkflowId,
} from '../core/contract/subscription';
import type { AutoTopUpLedger } from '../ledger/auto-top-up-ledger';
import { repeat, type Repetition } from '../plugin/repeat';

export interface WatchTopUpsOptions {
  /** Pause between two looks, give or take a quarter. Default 2,000. */
  readonly everyMs?: number;
}

export interface WatchTopUpsParts extends WatchTopUpsOptions {
  readonly ledger: Pick<AutoTopUpLedger, 'findDueTopUps'>;
  readonly client: Client;
  readonly taskQueue: string;
}

const EVERY_MS = 2_000;
/** A hint that was lost, or a look that failed, is made good after this. */
const QUIET_MS = 60_000;
const AT_ONCE = 100;

export function watchTopUps(
  { ledger, client, taskQueue, everyMs = EVERY_MS }: WatchTopUpsParts,
  onError: (error: unknown) => void,
): Repetition {
  return repeat(
    async (isStopped) => {
      for (const account of await ledger.findDueTopUps({ quietMs: QUIET_MS, limit: AT_ONCE })) {
        if (isStopped()) return;
        // Also where somebody has ended the workflow: what is set stands in the ledger.
        await client.workflow.signalWithStart(SUBSCRIPTION_WORKFLOW, {
          workflowId: subscriptionWorkflowId(account),
          taskQueue,
          args: [{ account }],
          signal: HINT_SIGNAL,
        });
      }
    },
    everyMs,
    onError,
  );
}
