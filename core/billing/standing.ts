/**
 * Where an account stands: which of its subscriptions counts, and what that makes of it.
 */
import type { Catalogue, Seconds } from '../contract/plans';
import type { BillingState } from '../contract/billing-view';
import type { StripeSnapshot } from '../contract/stripe-snapshot';
import type { Purchase } from './purchases';
import { livesOf, type SubscriptionLife } from './subscription-life';

export interface Standing {
  readonly state: BillingState;
  /** The subscription that the state is of; for `free`, the one that still carries other lines. */
  readonly life?: SubscriptionLife;
  /** The purchase that is being used up. */
  readonly current?: Purchase;
  /** Since when the free tier holds again, where a pack had turned it off. */
  readonly freeSince?: Seconds;
  /** Every subscription, oldest first. */
  readonly lives: readonly SubscriptionLife[];
  /** Running beside the one that counts, by mistake. */
  readonly duplicates: readonly SubscriptionLife[];
}

export function standingOf(catalogue: Catalogue, stripe: StripeSnapshot, now: Seconds): Standing {
  const lives = livesOf(catalogue, stripe, now);
  const running = lives.filter(
    ({ phase, subscription }) => phase === 'running' && subscription.duplicateOf === undefined,
  );
  const [life, ...duplicates] = running;
  if (life) {
    const { overdue, current, subscription } = life;
    const state = overdue ? 'grace' : subscription.cancelAt === undefined ? 'active' : 'canceling';
    return { state, life, ...(current ? { current } : {}), lives, duplicates };
  }
  return { ...withoutPack(lives, stripe, now), lives, duplicates };
}

function withoutPack(
  lives: readonly SubscriptionLife[],
  stripe: StripeSnapshot,
  now: Seconds,
): Omit<Standing, 'lives' | 'duplicates'> {
  const late = lives.find((life) => isPaidLate(life) && (life.current?.period.end ?? 0) > now);
  if (late?.current) return { state: 'paid-late', life: late, current: late.current };
  // The oldest may end last: a second one, or one beside Pro alone, was over before.
  const last = lives
    .filter(({ current }) => current !== undefined)
    .sort((one, other) => endOfPack(one) - endOfPack(other))
    .at(-1);
  const other = lives.find(({ phase }) => phase === 'without-pack');
  if (last?.phase === 'given-up' && !hasLeft(last, stripe)) {
    return { state: 'exhausted', life: last, freeSince: endOfPack(last) };
  }
  return {
    state: 'free',
    ...(other ? { life: other } : {}),
    ...(last ? { freeSince: endOfPack(last) } : {}),
  };
}

/** The last invoice of a subscription that was over already when it was paid. */
export function isPaidLate({ current, subscription }: SubscriptionLife): boolean {
  const { endedAt } = subscription;
  return current !== undefined && endedAt !== undefined && current.paidAt > endedAt;
}

/** Cancelled in grace: what was left stays, as with a payment that failed for good, but nothing is owed. */
function hasLeft({ subscription }: SubscriptionLife, { invoices }: StripeSnapshot): boolean {
  const { id, status, endReason } = subscription;
  const owes = invoices.some(
    (invoice) =>
      invoice.subscription === id &&
      (invoice.status === 'open' || invoice.status === 'uncollectible'),
  );
  return status === 'canceled' && endReason === 'cancellation_requested' && !owes;
}

function endOfPack(life: SubscriptionLife): Seconds {
  const { current, since, subscription } = life;
  if (isPaidLate(life) && current) return current.period.end;
  return since ?? subscription.change?.at ?? current?.paidAt ?? subscription.createdAt;
}
