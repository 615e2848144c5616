/**
 * Tells `out-of-credits:{account}` when there are credits for the first in its line, or for a schedule that
 * is held while nobody waits, wherever they came from: a grant through any program or by hand in SQL, what a block gives back, the drip. It asks the
 * ledger about once a second, so that nothing on the way of a grant or a settle has to think of it. It also
 * looks after the first of each line, whose run may have been terminated without a word.
 */
import type { Client } from '@temporalio/client';
import { isThere } from '../activities/tell-run';
import {
  LOOK_SIGNAL,
  OUT_OF_CREDITS_WORKFLOW,
  outOfCreditsId,
} from '../core/contract/out-of-credits';
import type { ScheduleRegistry } from '../core/contract/schedule';
import type { LineLedger } from '../ledger/line-ledger';
import { repeat, type Repetition } from '../plugin/repeat';

export interface WatchOptions {
  /** Pause between two looks for lines that can go on, give or take a quarter. Default 1,000. */
  readonly everyMs?: number;
  /** How often it is asked whether the first run of a line is still there. Default 30,000. */
  readonly checkEveryMs?: number;
}

export interface WatchParts extends WatchOptions {
  readonly ledger: Pick<LineLedger, 'findDueLines' | 'findUnchecked' | 'leaveLine'> &
    Pick<ScheduleRegistry, 'findDueSchedules'>;
  readonly client: Client;
  readonly taskQueue: string;
}

const EVERY_MS = 1_000;
/** While the workflow is at it, it need not be told again. */
const QUIET_MS = 10_000;
/** A run that was terminated at the front keeps those behind it waiting for so long, at most. */
const CHECK_EVERY_MS = 30_000;
const CHECKS_AT_ONCE = 50;

export function watchLines(parts: WatchParts, onError: (error: unknown) => void): Repetition {
  const { ledger, client, taskQueue, everyMs = EVERY_MS, checkEveryMs = CHECK_EVERY_MS } = parts;
  const { namespace } = client.options;

  async function rouse(account: string): Promise<void> {
    // Also where somebody has ended the workflow: the line is in the ledger, and goes on.
    await client.workflow.signalWithStart(OUT_OF_CREDITS_WORKFLOW, {
      workflowId: outOfCreditsId(account),
      taskQueue,
      args: [account],
      signal: LOOK_SIGNAL,
    });
  }

  return repeat(
    async (isStopped) => {
      for (const account of await ledger.findDueLines(namespace, QUIET_MS)) await rouse(account);
      for (const account of await ledger.findDueSchedules(namespace, QUIET_MS))
        await rouse(account);
      const checks = { everyMs: checkEveryMs, limit: CHECKS_AT_ONCE };
      for (const first of await ledger.findUnchecked(namespace, checks)) {
        if (isStopped()) return;
        if (!(await isThere(client, first))) await ledger.leaveLine(first);
      }
    },
    everyMs,
    onError,
  );
}
