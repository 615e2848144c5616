/**
 * What `out-of-credits:{account}` has its account's owner told. Each notice has a key that names what
 * happened, so telling again is harmless.
 */
import { isTollgateError } from '../core/contract/errors';
import type { RefusedCall } from '../core/contract/out-of-credits';
import type { NoticeLedger } from '../ledger/notice-ledger';

export interface Refusals {
  readonly account: string;
  /** When the episode began, as ISO time: a run that waits is told of once in it. */
  readonly since: string;
  /** In the order in which they came. */
  readonly calls: readonly RefusedCall[];
}

export interface OwnerActivities {
  /** Of the shortage, unless that was told, and of each run that waits. */
  tellOfRefusals(refusals: Refusals): Promise<void>;
  /** Of the shortage's end. */
  tellOfEnd(account: string): Promise<void>;
}

export function createOwnerActivities(ledger: NoticeLedger): OwnerActivities {
  return {
    async tellOfRefusals({ account, since, calls }) {
      await unlessUnknown(async () => {
        const [first] = calls;
        if (first) {
          const { needed, available, nextCreditsAt } = first;
          await ledger.beginShortage({ account, needed, available, nextCreditsAt });
        }
        for (const { policy, runId, ...call } of calls) {
          if (policy !== 'wait') continue;
          const { workflowId, agent, block, needed, available, deadline } = call;
          const run = { workflowId, workflowRunId: runId, agent, block };
          await ledger.recordNotice({
            key: `waiting:${account}:${since}:${runId}`,
            kind: 'run.waiting',
            data: { account, ...run, needed, available, deadline },
          });
        }
      });
    },

    tellOfEnd: (account) => unlessUnknown(async () => void (await ledger.endShortage(account))),
  };
}

/** A workflow that belongs to the account of another ledger, or was started by hand, tells nobody. */
async function unlessUnknown(tell: () => Promise<void>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    if (!isTollgateError(error, 'ACCOUNT_UNKNOWN')) throw error;
  }
}
