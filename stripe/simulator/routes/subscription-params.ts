/** How items and choices of a subscription are given, for creation, change and preview alike. */
import { z } from 'zod';
import { buildItem, type Item, itemsOf } from '../engine/items';
import { planOf, recurringPriceOf } from '../engine/pricing';
import type { NewSubscription } from '../engine/create-subscription';
import type { ItemsChange } from '../engine/update-subscription';
import type { SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import {
  emptyable,
  flag,
  id,
  instant,
  mergeMetadata,
  metadata,
  quantity,
  text,
} from '../wire/params';

export const prorationBehavior = z.enum(['create_prorations', 'always_invoice', 'none']);
export const paymentBehavior = z.enum([
  'allow_incomplete',
  'default_incomplete',
  'error_if_incomplete',
  'pending_if_incomplete',
]);
/** An object since API 2026-10-28.endive; before that the bare word. */
export const anchorChange = z
  .strictObject({ type: z.enum(['now', 'unchanged']) })
  .transform((it) => it.type);
export const newItem = z.strictObject({
  price: id,
  quantity: quantity.optional(),
  metadata: metadata.optional(),
});
export const changedItem = z.strictObject({
  id: id.optional(),
  price: id.optional(),
  quantity: quantity.optional(),
  metadata: metadata.optional(),
  deleted: flag.optional(),
  clear_usage: flag.optional(),
});
export const billingMode = z.strictObject({
  type: z.enum(['classic', 'flexible']),
  flexible: z
    .strictObject({ proration_discounts: z.enum(['included', 'itemized']).optional() })
    .optional(),
});
export const cancellation = {
  cancel_at: emptyable(instant).optional(),
  cancel_at_period_end: flag.optional(),
  cancellation_details: z
    .strictObject({ comment: emptyable(text).optional(), feedback: emptyable(text).optional() })
    .optional(),
};
/** What only says how a payment is made; the simulator knows cards alone. */
export const paymentSettings = z
  .strictObject({
    payment_method_types: z.array(z.enum(['card'])).optional(),
    save_default_payment_method: z.enum(['off', 'on_subscription']).optional(),
  })
  .optional();

export function readNewItems(
  world: World,
  items: z.output<typeof newItem>[],
): NewSubscription['items'] {
  return items.map((it, index) => ({
    price: recurringPriceOf(world, it.price, `items[${index}][price]`),
    quantity: it.quantity ?? 1,
    metadata: mergeMetadata(null, it.metadata),
  }));
}

/** All items wanted afterwards; those that are not named stay as they are. */
export function readChangedItems(
  world: World,
  subscription: SubscriptionRow,
  items: z.output<typeof changedItem>[],
): Item[] {
  const next = new Map(itemsOf(subscription).map((it) => [it.id, it]));
  items.forEach((given, index) => {
    const param = `items[${index}]`;
    if (given.id === undefined) {
      const added = addItem(world, subscription, given, param);
      next.set(added.id, added);
      return;
    }
    const old = next.get(given.id);
    if (!old) throw missing('subscription item', given.id, `${param}[id]`);
    if (given.deleted) next.delete(old.id);
    else next.set(old.id, changeItem(world, old, given, param));
  });
  const prices = [...next.values()].map((it) => it.price.id);
  const twice = prices.find((price, index) => prices.indexOf(price) !== index);
  if (twice) throw invalid(`Cannot add multiple subscription items with the same plan: ${twice}`);
  return [...next.values()];
}

type Given = z.output<typeof changedItem>;

function addItem(world: World, subscription: SubscriptionRow, given: Given, param: string): Item {
  if (!given.price) {
    throw invalid(
      `Missing required param: ${param}[price].`,
      `${param}[price]`,
      'parameter_missing',
    );
  }
  const price = recurringPriceOf(world, given.price, `${param}[price]`);
  if (price.currency !== subscription.currency) {
    throw invalid('All prices on a subscription must use the same currency.', `${param}[price]`);
  }
  const now = world.now(subscription.test_clock);
  return buildItem(world, subscription.id, {
    price,
    quantity: given.quantity ?? 1,
    metadata: mergeMetadata(null, given.metadata),
    // The plan of the change sets the period.
    period: { start: now, end: now },
    created: now,
  });
}

function changeItem(world: World, old: Item, given: Given, param: string): Item {
  const price = given.price
    ? recurringPriceOf(world, given.price, `${param}[price]`)
    : world.need('price', old.price.id);
  return {
    ...old,
    price,
    plan: planOf(price),
    quantity: given.quantity ?? old.quantity ?? 1,
    metadata: mergeMetadata(old.metadata, given.metadata),
  };
}

/** The choices of a change of items, with Stripe's defaults. */
export function readChange(
  next: Item[],
  given: {
    proration_behavior?: ItemsChange['proration'] | undefined;
    proration_date?: number | undefined;
    billing_cycle_anchor?: 'now' | 'unchanged' | undefined;
    payment_behavior?: ItemsChange['paymentBehavior'] | undefined;
  },
  merged: Record<string, string>,
): ItemsChange {
  return {
    next,
    proration: given.proration_behavior ?? 'create_prorations',
    prorationDate: given.proration_date ?? null,
    restart: given.billing_cycle_anchor === 'now',
    paymentBehavior: given.payment_behavior ?? 'allow_incomplete',
    metadata: merged,
  };
}
