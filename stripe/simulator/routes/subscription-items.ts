/** `/v1/subscription_items`: each change is a change of the subscription's items. */
import { z } from 'zod';
import { type Item, itemsOf } from '../engine/items';
import { changeItems } from '../engine/update-subscription';
import type { SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { missing } from '../wire/errors';
import { page } from '../wire/lists';
import { flag, id, instant, metadata, paging, quantity } from '../wire/params';
import { route } from '../wire/route';
import {
  paymentBehavior,
  prorationBehavior,
  readChange,
  readChangedItems,
} from './subscription-params';
import { subscriptionOf } from './subscriptions';

const how = {
  payment_behavior: paymentBehavior.optional(),
  proration_behavior: prorationBehavior.optional(),
  proration_date: instant.optional(),
};
const fields = { ...how, metadata: metadata.optional(), quantity: quantity.optional() };

function find(world: World, item: string): { row: SubscriptionRow; item: Item } {
  for (const row of world.all('subscription')) {
    const found = itemsOf(row).find((it) => it.id === item);
    if (found) return { row, item: found };
  }
  throw missing('subscription item', item);
}

export const subscriptionItemRoutes = [
  route(
    'POST',
    '/v1/subscription_items',
    z.strictObject({ ...fields, subscription: id, price: id }),
    (world, { subscription, price, quantity: count, metadata: meta, ...given }) => {
      const row = subscriptionOf(world, subscription, 'subscription');
      const next = readChangedItems(world, row, [{ price, quantity: count, metadata: meta }]);
      const changed = changeItems(world, row, readChange(next, given, row.metadata));
      const added = itemsOf(changed).find((it) => it.price.id === price);
      // A change that is parked is not in the items yet.
      return added ?? next[next.length - 1] ?? {};
    },
  ),
  route(
    'GET',
    '/v1/subscription_items',
    z.strictObject({ ...paging, subscription: id }),
    (world, given) =>
      page(
        itemsOf(subscriptionOf(world, given.subscription, 'subscription')),
        given,
        '/v1/subscription_items',
      ),
  ),
  route(
    'GET',
    '/v1/subscription_items/:id',
    z.strictObject({}),
    (world, _given, ids) => find(world, ids['id'] ?? '').item,
  ),
  route(
    'POST',
    '/v1/subscription_items/:id',
    z.strictObject({ ...fields, price: id.optional() }),
    (world, { price, quantity: count, metadata: meta, ...given }, ids) => {
      const { row, item } = find(world, ids['id'] ?? '');
      const change = { id: item.id, price, quantity: count, metadata: meta };
      const next = readChangedItems(world, row, [change]);
      changeItems(world, row, readChange(next, given, row.metadata));
      return find(world, item.id).item;
    },
  ),
  route(
    'DELETE',
    '/v1/subscription_items/:id',
    z.strictObject({ ...how, clear_usage: flag.optional() }),
    (world, { clear_usage: _usage, ...given }, ids) => {
      const { row, item } = find(world, ids['id'] ?? '');
      const next = readChangedItems(world, row, [{ id: item.id, deleted: true }]);
      changeItems(world, row, readChange(next, given, row.metadata));
      return { id: item.id, object: 'subscription_item', deleted: true };
    },
  ),
];
