/**
 * The drip is off while a pack is active and on again when it is over, as of those moments: it does not
 * matter how late anybody notices. An account that never had a pack keeps what it was opened with.
 */
import type { BillingBooks, LedgerCommand } from '../contract/billing-books';
import type { Catalogue, Seconds } from '../contract/plans';
import type { Purchase } from './purchases';
import type { Standing } from './standing';
import { DAY, isoTime } from './times';

export function freeTierDrip(
  { free, policies }: Catalogue,
  books: BillingBooks,
  { state, life, current, freeSince }: Standing,
): readonly LedgerCommand[] {
  if (state === 'free' || state === 'exhausted') {
    if (books.drip || freeSince === undefined) return [];
    return [{ do: 'drip', daily: free.daily, cap: free.cap, since: isoTime(freeSince) }];
  }
  if (!books.drip || !current) return [];
  const since =
    state === 'paid-late'
      ? current.paidAt
      : unbrokenSince(life?.purchases ?? [], current, policies.graceDays * DAY);
  return [{ do: 'drip', daily: '0', cap: '0', since: isoTime(since) }];
}

/** When the pack was first paid, going back from period to period that was paid within its grace. */
function unbrokenSince(purchases: readonly Purchase[], current: Purchase, grace: Seconds): Seconds {
  let first = current;
  for (const earlier of [...purchases].reverse()) {
    const inTime = first.paidAt < earlier.period.end + grace;
    if (!earlier.late && earlier.paidAt < first.paidAt && inTime) first = earlier;
  }
  return first.paidAt;
}
