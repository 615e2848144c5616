/**
 * `subscription:{account}`: one workflow per account, for its whole life. It is the only writer of pack and
 * top-up grants. Hints and timers make it look; requests are done one after the other, each answered when
 * it is done and the books show it. It waits on one timer, the next time at which something is due.
 */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { BillingSubject } from '../activities/billing-input';
import type { BillingView } from '../core/contract/billing-view';
import { BILLING_QUERY, HINT_SIGNAL, type SubscriptionInput } from '../core/contract/subscription';
import { isHistoryLong } from './long-history';
import { openDesk } from './subscription-desk';
import { describeSubscription } from './subscription-details';
import { codeOf, look } from './subscription-look';

/** What a run hands to the next one. */
interface Carried extends SubscriptionInput {
  readonly view?: BillingView;
  readonly recent?: readonly string[];
}

const RECENT = 10;
/** Hints heard in one go; those beyond it are alike, and wait unread (long-history.ts says why). */
const HINTS_AT_ONCE = 100;
/** After a look that failed: soon at first, then less and less. */
const RETRY_FIRST_MS = 30_000;
const RETRY_LONGEST_MS = 30 * 60_000;

export async function subscription(input: Carried): Promise<void> {
  const { account } = input;
  const jobs: (() => Promise<void>)[] = [];
  let view = input.view ?? null;
  let recent: readonly string[] = input.recent ?? [];
  let due = true;
  let failures = 0;
  let wakeInMs: number | undefined;
  let trouble: string | undefined;
  let unknown = false;

  const subject = (): BillingSubject => ({ account });

  const lookNow = async (): Promise<BillingView> => {
    due = false;
    listen();
    try {
      const looked = await look(subject());
      view = looked.view;
      recent = [...[...looked.done].reverse(), ...recent].slice(0, RECENT);
      wakeInMs = looked.wakeInMs === undefined ? undefined : Math.max(1, looked.wakeInMs);
      failures = 0;
      trouble = undefined;
      return looked.view;
    } catch (error) {
      trouble = codeOf(error) ?? String(error);
      unknown = trouble === 'ACCOUNT_UNKNOWN';
      failures += 1;
      wakeInMs = Math.min(RETRY_FIRST_MS * 2 ** (failures - 1), RETRY_LONGEST_MS);
      throw error;
    } finally {
      show();
    }
  };

  const show = (): void => {
    const wakeAt =
      wakeInMs === undefined ? undefined : new Date(Date.now() + wakeInMs).toISOString();
    setCurrentDetails(
      describeSubscription({
        account,
        view,
        recent,
        ...(wakeAt === undefined ? {} : { wakeAt }),
        ...(trouble === undefined ? {} : { trouble }),
      }),
    );
  };

  const hint = defineSignal(HINT_SIGNAL);
  const listen = (): void => {
    let heard = 0;
    setHandler(hint, () => {
      due = true;
      heard += 1;
      if (heard === HINTS_AT_ONCE) setHandler(hint, undefined);
    });
  };
  listen();
  setHandler(defineQuery<BillingView | null>(BILLING_QUERY), () => view);
  openDesk({
    subject,
    look: lookNow,
    inTurn: (work) =>
      new Promise((resolve, reject) => {
        jobs.push(() => work().then(resolve, reject));
      }),
  });

  for (;;) {
    const job = jobs.shift();
    if (job) await job();
    else if (isHistoryLong()) {
      // Hints that came meanwhile lose nothing: a new run looks first of all.
      await condition(allHandlersFinished);
      if (jobs.length > 0) continue;
      await continueAsNew<typeof subscription>({
        account,
        recent,
        ...(view ? { view } : {}),
      });
    } else if (due) await lookNow().catch(() => undefined);
    else if (unknown) {
      // Nobody can have it but by a slip of a caller; once the account is opened, it is started again.
      await condition(allHandlersFinished);
      if (jobs.length === 0) return;
    } else {
      const woken = (): boolean => due || jobs.length > 0;
      if (wakeInMs === undefined) await condition(woken);
      else if (!(await condition(woken, wakeInMs, { summary: 'until something is due' })))
        due = true;
    }
  }
}
