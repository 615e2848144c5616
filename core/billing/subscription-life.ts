/**
 * What a subscription at Stripe means for its pack. Stripe's status alone does not say it: what ends
 * with its period was cancelled, what ends beyond the last paid period was given up.
 */
import type { Catalogue, Pack, Seconds } from '../contract/plans';
import type {
  InvoiceSnapshot,
  StripeSnapshot,
  SubscriptionItemSnapshot,
  SubscriptionSnapshot,
} from '../contract/stripe-snapshot';
import { allowanceOf, findPack } from './plans';
import { currentPurchase, purchasesOf, type Purchase } from './purchases';
import { DAY, HOUR } from './times';

/** A subscription that ends later than this after its last paid period has not ended with it. */
const SAME_MOMENT: Seconds = HOUR;

export interface SubscriptionLife {
  readonly subscription: SubscriptionSnapshot;
  /**
   * `running`: has a pack that is paid, or in grace. `without-pack`: lives on with other lines.
   * `given-up`: its payment failed for good. `ended`: cancelled, and over. `starting`: never paid.
   */
  readonly phase: 'running' | 'without-pack' | 'given-up' | 'ended' | 'starting';
  /** Since when it is given up or ended. */
  readonly since?: Seconds;
  readonly item?: SubscriptionItemSnapshot;
  /** The pack that it is set to, paid or not. */
  readonly pack?: Pack;
  readonly purchases: readonly Purchase[];
  readonly current?: Purchase;
  /** The overdue invoice, and when its grace ends. */
  readonly overdue?: { readonly graceEndsAt: Seconds; readonly invoice?: InvoiceSnapshot };
}

export function livesOf(
  catalogue: Catalogue,
  stripe: StripeSnapshot,
  now: Seconds,
): readonly SubscriptionLife[] {
  return [...stripe.subscriptions]
    .sort((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))
    .map((subscription) => lifeOf(catalogue, stripe, subscription, now));
}

function lifeOf(
  catalogue: Catalogue,
  stripe: StripeSnapshot,
  subscription: SubscriptionSnapshot,
  now: Seconds,
): SubscriptionLife {
  const purchases = purchasesOf(catalogue, stripe, subscription.id);
  const current = currentPurchase(purchases);
  const item = packItem(catalogue, subscription);
  const pack = findPack(catalogue, item?.plan ?? null);
  const facts = {
    subscription,
    purchases,
    ...(current ? { current } : {}),
    ...(item ? { item } : {}),
    ...(pack ? { pack } : {}),
  };
  const { status, endedAt, endReason } = subscription;
  switch (status) {
    case 'incomplete':
    case 'incomplete_expired':
      return { ...facts, phase: 'starting' };
    case 'canceled': {
      const since = endedAt ?? now;
      const paidUntil = current && current.paidAt <= since ? current.period.end : since;
      const givenUp = endReason === 'payment_failed' || since > paidUntil + SAME_MOMENT;
      return { ...facts, phase: givenUp ? 'given-up' : 'ended', since };
    }
    case 'active':
    case 'trialing':
      return { ...facts, phase: pack ? 'running' : 'without-pack' };
    case 'past_due': {
      const overdue = overdueOf(catalogue, stripe, subscription, now);
      if (now >= overdue.graceEndsAt) {
        return { ...facts, phase: 'given-up', since: overdue.graceEndsAt, overdue };
      }
      return { ...facts, phase: pack ? 'running' : 'without-pack', overdue };
    }
    default: {
      // unpaid, paused, and what Stripe may add: nothing is granted, nothing is taken.
      const { graceEndsAt } = overdueOf(catalogue, stripe, subscription, now);
      return { ...facts, phase: 'given-up', since: Math.min(now, graceEndsAt) };
    }
  }
}

function overdueOf(
  { policies }: Catalogue,
  { invoices }: StripeSnapshot,
  { id, items, createdAt }: SubscriptionSnapshot,
  now: Seconds,
): NonNullable<SubscriptionLife['overdue']> {
  const unpaid = invoices.filter(
    ({ subscription, status, attemptCount }) =>
      subscription === id && attemptCount > 0 && (status === 'open' || status === 'uncollectible'),
  );
  const [invoice] = unpaid.sort((one, other) => one.createdAt - other.createdAt);
  const failedAt = invoice?.createdAt ?? items[0]?.periodStart ?? createdAt;
  const graceEndsAt = Math.min(failedAt, now) + policies.graceDays * DAY;
  return { graceEndsAt, ...(invoice ? { invoice } : {}) };
}

/** By price, never by position; the largest, should there be two. */
function packItem(
  catalogue: Catalogue,
  { items }: SubscriptionSnapshot,
): SubscriptionItemSnapshot | undefined {
  const allowance = ({ plan }: SubscriptionItemSnapshot): bigint =>
    allowanceOf(findPack(catalogue, plan));
  return items
    .filter(({ plan }) => findPack(catalogue, plan) !== undefined)
    .sort((one, other) => (allowance(one) < allowance(other) ? 1 : -1))[0];
}
