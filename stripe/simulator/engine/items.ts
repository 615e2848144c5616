/** Subscription items, and the periods they are billed for. */
import type Stripe from 'stripe';
import { listOf } from '../state/rendering';
import type { PriceRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { intervalOf, planOf } from './pricing';
import type { Period } from './prorate';
import { lastBoundary, nextBoundary } from './time';

export type Item = Stripe.SubscriptionItem;

export function buildItem(
  world: World,
  subscription: string,
  about: {
    price: PriceRow;
    quantity: number;
    metadata: Record<string, string>;
    period: Period;
    created: number;
  },
): Item {
  return {
    id: world.newId('si'),
    object: 'subscription_item',
    billed_until: about.period.end,
    billing_thresholds: null,
    created: about.created,
    current_period_end: about.period.end,
    current_period_start: about.period.start,
    current_trial: null,
    discounts: [],
    metadata: about.metadata,
    plan: planOf(about.price),
    price: about.price,
    quantity: about.quantity,
    subscription,
    tax_rates: [],
  };
}

export function itemsOf(subscription: SubscriptionRow): Item[] {
  return subscription.items.data;
}

export function itemList(subscription: string, items: Item[]): SubscriptionRow['items'] {
  return listOf(items, `/v1/subscription_items?subscription=${subscription}`);
}

/** The period that an instant lies in, as counted from the anchor. */
export function periodAt(anchor: number, price: PriceRow, instant: number): Period {
  const interval = intervalOf(price);
  return {
    start: lastBoundary(anchor, interval, instant),
    end: nextBoundary(anchor, interval, instant),
  };
}

export function periodOf(item: Item): Period {
  return { start: item.current_period_start, end: item.current_period_end };
}

/** The row of an item's price: rows of prices hold their product as an id. */
export function priceOfItem(world: World, item: Item): PriceRow {
  return world.need('price', item.price.id);
}

export function firstEnd(subscription: SubscriptionRow): number {
  return Math.min(...itemsOf(subscription).map((it) => it.current_period_end));
}
