/** A customer's subscriptions as the billing rules read them. Periods stand on the items. */
import type Stripe from 'stripe';
import { CHANGE_METADATA, decodePackChange } from '../core/contract/pack-change';
import type {
  SubscriptionItemSnapshot,
  SubscriptionSnapshot,
} from '../core/contract/stripe-snapshot';
import { askAll, PAGE } from './ask';
import { idOf } from './ids';
import { DUPLICATE_OF } from './metadata';
import type { Prices } from './prices';

export interface ReadSubscriptions {
  readonly snapshots: readonly SubscriptionSnapshot[];
  /** The method that a living subscription charges before the customer's own; expanded. */
  readonly paymentMethod: Stripe.Subscription['default_payment_method'];
}

const OVER = ['canceled', 'incomplete_expired'];

export async function readSubscriptions(
  sdk: Stripe,
  prices: Prices,
  customer: string,
): Promise<ReadSubscriptions> {
  const found = await askAll(() =>
    sdk.subscriptions.list({
      customer,
      status: 'all',
      limit: PAGE,
      expand: ['data.default_payment_method'],
    }),
  );
  const living = found.filter(({ status }) => !OVER.includes(status));
  return {
    snapshots: await Promise.all(found.map((one) => readSubscription(sdk, prices, one))),
    // Of several, the oldest counts: the others are about to be ended as duplicates.
    paymentMethod:
      living
        .sort((one, other) => one.created - other.created)
        .map(({ default_payment_method }) => default_payment_method)
        .find((method) => method !== null) ?? null,
  };
}

async function readSubscription(
  sdk: Stripe,
  prices: Prices,
  subscription: Stripe.Subscription,
): Promise<SubscriptionSnapshot> {
  const { id, status, created, ended_at, cancellation_details, metadata } = subscription;
  const items = subscription.items.has_more
    ? await askAll(() => sdk.subscriptionItems.list({ subscription: id, limit: PAGE }))
    : subscription.items.data;
  const cancelAt = readCancelAt(subscription, items);
  const change = decodePackChange(metadata[CHANGE_METADATA]);
  const duplicateOf = metadata[DUPLICATE_OF];
  const paymentMethod = idOf(subscription.default_payment_method);
  return {
    id,
    status,
    createdAt: created,
    items: await Promise.all(items.map((item) => readItem(prices, item))),
    ...(cancelAt === undefined ? {} : { cancelAt }),
    ...(ended_at === null ? {} : { endedAt: ended_at }),
    ...(cancellation_details?.reason ? { endReason: cancellation_details.reason } : {}),
    ...(change ? { change } : {}),
    ...(duplicateOf ? { duplicateOf } : {}),
    ...(paymentMethod === undefined ? {} : { paymentMethod }),
  };
}

/** The portal sets `cancel_at` alone, older calls the flag alone; both mean the same. */
function readCancelAt(
  { cancel_at, cancel_at_period_end }: Stripe.Subscription,
  items: readonly Stripe.SubscriptionItem[],
): number | undefined {
  if (cancel_at !== null) return cancel_at;
  if (!cancel_at_period_end || items.length === 0) return undefined;
  return Math.min(...items.map(({ current_period_end }) => current_period_end));
}

async function readItem(
  prices: Prices,
  item: Stripe.SubscriptionItem,
): Promise<SubscriptionItemSnapshot> {
  return {
    id: item.id,
    plan: await prices.planOf(item.price),
    price: (item.price.unit_amount ?? 0) * (item.quantity ?? 1),
    periodStart: item.current_period_start,
    periodEnd: item.current_period_end,
  };
}
