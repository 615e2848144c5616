/** Prices: what so many of one cost, and the words of an invoice line. */
import type Stripe from 'stripe';
import { invalid, missing } from '../wire/errors';
import type { PriceRow } from '../state/rows';
import type { World } from '../state/world';
import type { Interval } from './time';

/** Decimals travel as strings; the official package turns those of an answer into its own type. */
export function decimal(value: number): Stripe.Decimal {
  return String(value) as unknown as Stripe.Decimal;
}

export function priceOf(world: World, id: string, param: string): PriceRow {
  const price = world.get('price', id);
  if (!price) throw missing('price', id, param);
  return price;
}

/** A price that a subscription can be made of. */
export function recurringPriceOf(world: World, id: string, param: string): PriceRow {
  const price = priceOf(world, id, param);
  if (!price.active) {
    throw invalid(`The price specified is inactive. This field only accepts active prices.`, param);
  }
  if (price.type !== 'recurring') {
    throw invalid(
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
      param,
    );
  }
  return price;
}

export function costOf(price: PriceRow, quantity: number): number {
  return (price.unit_amount ?? 0) * quantity;
}

export function intervalOf(price: PriceRow): Interval {
  if (!price.recurring) throw new Error(`${price.id} is not recurring`);
  return price.recurring;
}

export function pricingOf(price: PriceRow): Stripe.InvoiceLineItem.Pricing {
  return {
    type: 'price_details',
    price_details: { price: price.id, product: price.product },
    unit_amount_decimal: price.unit_amount_decimal,
  };
}

export function productName(world: World, price: PriceRow): string {
  return world.get('product', price.product)?.name ?? price.nickname ?? price.id;
}

/** `1 × Agent 200 (at $50.00 / month)` */
export function describePrice(world: World, price: PriceRow, quantity: number): string {
  const amount = showAmount(price.unit_amount ?? 0, price.currency);
  const every = price.recurring
    ? ` / ${price.recurring.interval_count === 1 ? '' : `${price.recurring.interval_count} `}${price.recurring.interval}`
    : '';
  return `${quantity} × ${productName(world, price)} (at ${amount}${every})`;
}

export function showAmount(cents: number, currency: string): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(cents / 100);
}

/** The legacy twin of a price, which subscription items still carry. */
export function planOf(price: PriceRow): Stripe.Plan {
  const recurring = intervalOf(price);
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: recurring.interval,
    interval_count: recurring.interval_count,
    livemode: false,
    metadata: price.metadata,
    meter: null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
}
