/**
 * What `out-of-credits:{account}` calls: wakes those in front of the line, and lets go of those who left.
 *
 * What must hold: credits are set aside before a run is told that it may go on, and whoever is told stays
 * written down as untold until that has succeeded. So a worker that dies in between loses nobody.
 */
import { heartbeat } from '@temporalio/activity';
import { formatCredits } from '../core/contract/credits';
import { isTollgateError } from '../core/contract/errors';
import { parseCallKey, type LineNow } from '../core/contract/out-of-credits';
import type { ChargeKey } from '../core/contract/reservation';
import type { WaitingView } from '../ledger/views';
import type { ActivityDeps } from './deps';
import { tellRun } from './tell-run';

/** How many are woken in one go: an attempt is a second or so, and the history gets one activity for each go. */
const WOKEN_AT_ONCE = 50;
/** How long credits stay set aside for a run that was woken and does not come for them. */
const HOLD_MS = 5 * 60_000;

export interface LineActivities {
  /** Wakes as many as the credits reach for, in order. */
  wakeLine(account: string): Promise<LineNow>;
  /** @param key as `formatCallKey` writes it; any other text leaves nothing. */
  leaveLine(key: string): Promise<void>;
}

export function createLineActivities({ ledger, client }: ActivityDeps): LineActivities {
  const { namespace } = client.options;
  return {
    async wakeLine(account) {
      const line = { account, namespace };
      try {
        const limit = WOKEN_AT_ONCE;
        const woken = await ledger.wakeLine(line, { limit, holdMs: HOLD_MS });
        const told: ChargeKey[] = [];
        const gone: ChargeKey[] = [];
        for (const waiting of await ledger.listWoken(line)) {
          heartbeat();
          ((await tellRun(client, waiting)) ? told : gone).push(waiting);
        }
        for (const waiting of gone) await ledger.leaveLine(waiting);
        await ledger.confirmTold(line, told);
        // What was set aside for those who are gone has come back.
        const more = woken === limit || gone.length > 0;
        return { woken: told.length, more, ...(await describeLine(account)) };
      } catch (error) {
        // A workflow that belongs to the account of another ledger, or was started by hand.
        if (isTollgateError(error, 'ACCOUNT_UNKNOWN')) return { woken: 0, more: false, waiting: 0 };
        throw error;
      }
    },

    async leaveLine(key) {
      const call = parseCallKey(key);
      if (call) await ledger.leaveLine(call);
    },
  };

  async function describeLine(account: string): Promise<Omit<LineNow, 'woken' | 'more'>> {
    const [waiting, [first], { available, nextCreditsAt }] = await Promise.all([
      ledger.countWaiting({ account, namespace }),
      ledger.listWaiting({ account, namespace, limit: 1 }),
      ledger.readAccount(account),
    ]);
    return {
      waiting,
      available: formatCredits(available),
      ...(first ? { first: describeFirst(first) } : {}),
      ...(nextCreditsAt ? { nextCreditsAt: nextCreditsAt.toISOString() } : {}),
    };
  }
}

function describeFirst(first: WaitingView): NonNullable<LineNow['first']> {
  const { workflowId, block, needed, since } = first;
  return { workflowId, block, needed: formatCredits(needed), since: since.toISOString() };
}
