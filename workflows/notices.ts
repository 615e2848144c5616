/**
 * `notices:{endpoint}` sends what is due to one endpoint, and ends. What was accepted, and when the rest
 * is due again, stands in the ledger; the sweep starts this workflow when something is due. So it never
 * waits, its history stays small, and ending it loses nothing.
 */
import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { NoticeActivities } from '../activities/notice-activities';

/** Accounts whose notices are on the way at once. */
const AT_ONCE = 10;
const PASSES_OF_A_RUN = 50;

const { findDueNotices, deliverNotice } = proxyActivities<NoticeActivities>({
  // Above the time that a receiver has to answer, so that an attempt can say what became of it.
  startToCloseTimeout: '20s',
  retry: { maximumInterval: '1m' },
});

export async function notices(endpoint: string): Promise<void> {
  for (let pass = 0; pass < PASSES_OF_A_RUN; pass += 1) {
    const due = await findDueNotices({ endpoint, limit: AT_ONCE });
    const attempts = await Promise.all(due.map((notice) => deliverNotice({ endpoint, notice })));
    // None was due, or the endpoint accepts none: the sweep looks again.
    if (!attempts.some(({ state }) => state === 'delivered')) return;
  }
  await continueAsNew<typeof notices>(endpoint);
}
