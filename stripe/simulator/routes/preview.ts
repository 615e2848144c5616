/** `/v1/invoices/create_preview`. */
import { z } from 'zod';
import { createSubscription } from '../engine/create-subscription';
import { cancelNow } from '../engine/cancel-subscription';
import { preview } from '../engine/preview';
import { changeItems } from '../engine/update-subscription';
import type { SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid } from '../wire/errors';
import { flag, id, instant, text } from '../wire/params';
import { route } from '../wire/route';
import { customerOf } from './customers';
import {
  anchorChange,
  billingMode,
  cancellation,
  changedItem,
  prorationBehavior,
  readChange,
  readChangedItems,
  readNewItems,
} from './subscription-params';
import { cancellationChanges, subscriptionOf } from './subscriptions';

const details = z.strictObject({
  billing_cycle_anchor: anchorChange.optional(),
  billing_mode: billingMode.optional(),
  cancel_at: cancellation.cancel_at,
  cancel_at_period_end: flag.optional(),
  cancel_now: flag.optional(),
  items: z.array(changedItem).optional(),
  proration_behavior: prorationBehavior.optional(),
  proration_date: instant.optional(),
});
const wanted = z.strictObject({
  currency: text.optional(),
  customer: id.optional(),
  preview_mode: z.enum(['next']).optional(),
  subscription: id.optional(),
  subscription_details: details.optional(),
});
type Details = z.output<typeof details>;

function change(world: World, row: SubscriptionRow, given: Details): SubscriptionRow {
  if (given.cancel_now) {
    const how = { invoiceNow: true, prorate: given.proration_behavior !== 'none' };
    return cancelNow(world, row, { ...how, comment: null, feedback: null });
  }
  const touches = given.items !== undefined || given.billing_cycle_anchor === 'now';
  const changed = touches
    ? changeItems(world, row, {
        ...readChange(readChangedItems(world, row, given.items ?? []), given, row.metadata),
        paymentBehavior: 'default_incomplete',
      })
    : row;
  return world.put({ ...changed, ...cancellationChanges(world, changed, given) });
}

function start(world: World, customer: string, given: Details): SubscriptionRow {
  const items = (given.items ?? []).map(({ price, quantity }, index) => {
    if (price) return { price, quantity };
    const param = `subscription_details[items][${index}][price]`;
    throw invalid(`Missing required param: ${param}.`, param, 'parameter_missing');
  });
  return createSubscription(world, {
    customer: customerOf(world, customer, 'customer'),
    items: readNewItems(world, items),
    metadata: {},
    description: null,
    defaultPaymentMethod: null,
    billingMode: given.billing_mode?.type ?? 'flexible',
    anchor: null,
    prorated: true,
    cancelAt: null,
    cancelAtPeriodEnd: false,
    collection: { method: 'charge_automatically', daysUntilDue: null },
    paymentBehavior: 'default_incomplete',
  });
}

export const previewRoutes = [
  route('POST', '/v1/invoices/create_preview', wanted, (world, given) => {
    const { customer, subscription, subscription_details: about = {} } = given;
    if (subscription) {
      const row = subscriptionOf(world, subscription, 'subscription');
      return preview(world, () => change(world, row, about));
    }
    if (!customer) {
      throw invalid(
        'You must pass either subscription or customer.',
        'customer',
        'parameter_missing',
      );
    }
    const live = world.all('subscription').find((it) => it.customer === customer && !it.ended_at);
    if (about.items || !live) return preview(world, () => start(world, customer, about));
    return preview(world, () => change(world, live, about));
  }),
];
