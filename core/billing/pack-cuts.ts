/**
 * A downgrade cuts what is left to the smaller allowance, once; the removal of the line cuts it to
 * nothing. Paying for the way up again gives back what was cut, so that it does not matter whether
 * anybody saw the steps between.
 */
import type { BillingBooks, BillingGrant, LedgerCommand } from '../contract/billing-books';
import { credits, formatCredits } from '../contract/credits';
import type { Catalogue } from '../contract/plans';
import type { StripeSnapshot } from '../contract/stripe-snapshot';
import { packHeld } from './pack-held';
import { allowanceOf } from './plans';
import { latestPurchase, type Purchase } from './purchases';
import type { SubscriptionLife } from './subscription-life';

const CUT = 'cut:';
/** What a change takes before it is made (restart-period); see plan-change.ts. */
const CHANGE = 'change:';

export function cutCause({ key }: Pick<Purchase, 'key'>, pack: string | null): string {
  return `${CUT}${key}:${pack ?? 'none'}`;
}

export function changeCause(change: string): string {
  return `${CHANGE}${change}`;
}

export interface CutInput {
  readonly catalogue: Catalogue;
  readonly books: BillingBooks;
  readonly stripe: StripeSnapshot;
  /** A change that is being made right now. */
  readonly changeUnderWay?: string;
}

export function packCuts(
  { catalogue, books, stripe, changeUnderWay }: CutInput,
  life: SubscriptionLife,
): readonly LedgerCommand[] {
  const { current, purchases, subscription } = life;
  const latest = latestPurchase(purchases);
  // Also where the subscription is over by now: a way down that nobody saw cuts what was left after it.
  if (!current || !latest) return [];
  const held = books.grants.find(({ key }) => key === current.grantKey);
  const commands: LedgerCommand[] = abandoned(held, [subscription.change?.id, changeUnderWay]);
  const stale = (held?.revocations ?? []).filter(
    ({ cause, asked }) =>
      cause.startsWith(CUT) && !cause.startsWith(`${CUT}${latest.key}:`) && asked !== '0',
  );
  commands.push(
    ...stale.map(({ cause }) => ({ do: 'restore', key: current.grantKey, cause }) as const),
  );
  const pack = packHeld(catalogue, stripe, life, latest);
  const atMost = allowanceOf(pack);
  if (atMost >= allowanceOf(current.pack)) return commands;
  const cause = cutCause(latest, pack?.key ?? null);
  if (stale.length > 0 || hasMoreThan(held, cause, atMost)) {
    commands.push({ do: 'cut', key: current.grantKey, cause, atMost: formatCredits(atMost) });
  }
  return commands;
}

/** Whether the cut has something to take: for the first time, or what was reserved before. */
function hasMoreThan(held: BillingGrant | undefined, cause: string, atMost: bigint): boolean {
  if (!held) return true;
  if (held.ended) return false;
  const before = held.revocations.find((revocation) => revocation.cause === cause);
  const remaining = credits(held.remaining);
  if (!before) return remaining > atMost;
  return credits(before.asked) > credits(before.taken) && remaining > credits(held.reserved);
}

/** What a change took that was never made. */
function abandoned(
  held: BillingGrant | undefined,
  live: readonly (string | undefined)[],
): LedgerCommand[] {
  return (held?.revocations ?? [])
    .filter(
      ({ cause, asked }) =>
        cause.startsWith(CHANGE) && asked !== '0' && !live.includes(cause.slice(CHANGE.length)),
    )
    .map(({ cause }) => ({ do: 'restore', key: held?.key ?? '', cause }));
}
