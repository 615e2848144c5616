/** `/v1/subscriptions`. */
import { z } from 'zod';
import { cancelNow } from '../engine/cancel-subscription';
import { createSubscription } from '../engine/create-subscription';
import { firstEnd } from '../engine/items';
import { changeItems } from '../engine/update-subscription';
import { changeRow } from '../state/events';
import type { SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { isWithin, page } from '../wire/lists';
import {
  created,
  emptyable,
  flag,
  id,
  instant,
  integer,
  mergeMetadata,
  metadata,
  paging,
  text,
} from '../wire/params';
import { route } from '../wire/route';
import { customerOf } from './customers';
import { methodOf } from './payment-methods';
import {
  anchorChange,
  billingMode,
  cancellation,
  changedItem,
  newItem,
  paymentBehavior,
  paymentSettings,
  prorationBehavior,
  readChange,
  readChangedItems,
  readNewItems,
} from './subscription-params';

const creation = z.strictObject({
  billing_cycle_anchor: instant.optional(),
  billing_mode: billingMode.optional(),
  cancel_at: instant.optional(),
  cancel_at_period_end: flag.optional(),
  collection_method: z.enum(['charge_automatically', 'send_invoice']).optional(),
  currency: text.optional(),
  customer: id,
  days_until_due: integer.optional(),
  default_payment_method: id.optional(),
  description: text.optional(),
  items: z.array(newItem).min(1).max(20),
  metadata: metadata.optional(),
  off_session: flag.optional(),
  payment_behavior: paymentBehavior.optional(),
  payment_settings: paymentSettings,
  proration_behavior: prorationBehavior.optional(),
});

function create(world: World, given: z.output<typeof creation>): object {
  const customer = customerOf(world, given.customer, 'customer');
  const now = world.now(customer.test_clock);
  if (given.billing_cycle_anchor !== undefined && given.billing_cycle_anchor <= now) {
    throw invalid('billing_cycle_anchor must be in the future.', 'billing_cycle_anchor');
  }
  return createSubscription(world, {
    customer,
    items: readNewItems(world, given.items),
    metadata: mergeMetadata(null, given.metadata),
    description: given.description ?? null,
    defaultPaymentMethod: cardOf(world, given.default_payment_method, customer.id),
    billingMode: given.billing_mode?.type ?? 'flexible',
    anchor: given.billing_cycle_anchor ?? null,
    prorated: given.proration_behavior !== 'none',
    cancelAt: given.cancel_at ?? null,
    cancelAtPeriodEnd: given.cancel_at_period_end ?? false,
    collection: {
      method: given.collection_method ?? 'charge_automatically',
      daysUntilDue: given.days_until_due ?? null,
    },
    paymentBehavior: given.payment_behavior ?? 'allow_incomplete',
  });
}

function cardOf(world: World, method: string | undefined, customer: string): string | null {
  if (!method) return null;
  const row = methodOf(world, method, 'default_payment_method');
  if (row.customer === customer) return row.id;
  throw invalid(
    `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
    'default_payment_method',
    'resource_missing',
  );
}

const change = z.strictObject({
  ...cancellation,
  billing_cycle_anchor: anchorChange.optional(),
  days_until_due: integer.optional(),
  default_payment_method: emptyable(id).optional(),
  description: emptyable(text).optional(),
  items: z.array(changedItem).max(20).optional(),
  metadata: metadata.optional(),
  off_session: flag.optional(),
  payment_behavior: paymentBehavior.optional(),
  payment_settings: paymentSettings,
  proration_behavior: prorationBehavior.optional(),
  proration_date: instant.optional(),
});

/** Items that wait for their payment may change together with few other things only. */
const PARKABLE = new Set([
  'items',
  'metadata',
  'payment_behavior',
  'proration_behavior',
  'proration_date',
  'billing_cycle_anchor',
  'off_session',
]);

function update(
  world: World,
  given: z.output<typeof change>,
  ids: Record<string, string>,
): SubscriptionRow {
  const row = subscriptionOf(world, ids['id'] ?? '');
  if (row.ended_at) {
    const others = Object.keys(given).filter(
      (it) => it !== 'metadata' && it !== 'cancellation_details',
    );
    if (others.length > 0) {
      throw invalid(
        'A canceled subscription can only update its cancellation_details and metadata.',
      );
    }
  }
  const parked = given.payment_behavior === 'pending_if_incomplete';
  const foreign = Object.keys(given).find((it) => parked && !PARKABLE.has(it));
  if (foreign) {
    throw invalid(
      `When \`payment_behavior\` is set to \`pending_if_incomplete\`, you cannot pass the following parameter: ${foreign}.`,
      foreign,
    );
  }
  const merged = mergeMetadata(row.metadata, given.metadata);
  const touchesItems = given.items !== undefined || given.billing_cycle_anchor === 'now';
  const changed = touchesItems
    ? changeItems(
        world,
        row,
        readChange(readChangedItems(world, row, given.items ?? []), given, merged),
      )
    : row;
  const plain = plainChanges(world, changed, given);
  const meta = parked ? {} : { metadata: merged };
  return changeRow(world, changed, { ...plain, ...meta }, 'customer.subscription.updated');
}

function plainChanges(
  world: World,
  row: SubscriptionRow,
  given: z.output<typeof change>,
): Partial<SubscriptionRow> {
  const method = given.default_payment_method;
  return {
    ...(method === undefined
      ? {}
      : { default_payment_method: cardOf(world, method ?? undefined, row.customer) }),
    ...(given.description === undefined ? {} : { description: given.description }),
    ...(given.days_until_due === undefined ? {} : { days_until_due: given.days_until_due }),
    ...cancellationChanges(world, row, given),
  };
}

/** When it ends: by the flag at the end of the period, or at an instant; an empty one takes both back. */
export function cancellationChanges(
  world: World,
  row: SubscriptionRow,
  given: Pick<
    z.output<typeof change>,
    'cancel_at' | 'cancel_at_period_end' | 'cancellation_details'
  >,
): Partial<SubscriptionRow> {
  const { cancel_at: at, cancel_at_period_end: atEnd, cancellation_details: details } = given;
  const words = {
    comment: details?.comment ?? row.cancellation_details?.comment ?? null,
    feedback: details?.feedback ?? row.cancellation_details?.feedback ?? null,
  };
  const said = (reason: string | null): SubscriptionRow['cancellation_details'] =>
    ({ ...words, reason }) as SubscriptionRow['cancellation_details'];
  if (atEnd === true || (at !== undefined && at !== null)) {
    const now = world.now(row.test_clock);
    if (at && at <= now) throw invalid('`cancel_at` must be in the future.', 'cancel_at');
    return {
      cancel_at: at ?? firstEnd(row),
      cancel_at_period_end: atEnd ?? false,
      canceled_at: row.canceled_at ?? now,
      cancellation_details: said('cancellation_requested'),
    };
  }
  if (atEnd === false || at === null) {
    // In flexible billing the flag is a view of the date, so either takes the other back.
    const clears = at === null || row.cancel_at_period_end;
    if (!clears) return {};
    return {
      cancel_at: null,
      cancel_at_period_end: false,
      canceled_at: null,
      cancellation_details: said(null),
    };
  }
  return details ? { cancellation_details: said(row.cancellation_details?.reason ?? null) } : {};
}

export function subscriptionOf(world: World, subscription: string, param = 'id'): SubscriptionRow {
  const row = world.get('subscription', subscription);
  if (!row) throw missing('subscription', subscription, param);
  return row;
}

const listing = z.strictObject({
  ...paging,
  collection_method: text.optional(),
  created,
  customer: id.optional(),
  price: id.optional(),
  status: z
    .enum([
      'active',
      'all',
      'canceled',
      'ended',
      'incomplete',
      'incomplete_expired',
      'past_due',
      'paused',
      'trialing',
      'unpaid',
    ])
    .optional(),
  test_clock: id.optional(),
});

function list(world: World, given: z.output<typeof listing>): object {
  const found = world
    .all('subscription')
    .reverse()
    .filter(
      (it) =>
        (!given.customer || it.customer === given.customer) &&
        (!given.test_clock || it.test_clock === given.test_clock) &&
        (!given.price || it.items.data.some((item) => item.price.id === given.price)) &&
        hasStatus(it, given.status) &&
        isWithin(it.created, given.created),
    );
  return page(found, given, '/v1/subscriptions');
}

/** Without a status, what has ended is left out. */
function hasStatus(row: SubscriptionRow, status: string | undefined): boolean {
  if (status === 'all') return true;
  if (status === 'ended') return row.ended_at !== null;
  return status ? row.status === status : row.status !== 'canceled';
}

export const subscriptionRoutes = [
  route('POST', '/v1/subscriptions', creation, create),
  route('GET', '/v1/subscriptions', listing, list),
  route('GET', '/v1/subscriptions/:id', z.strictObject({}), (world, _given, ids) =>
    subscriptionOf(world, ids['id'] ?? ''),
  ),
  route('POST', '/v1/subscriptions/:id', change, update),
  route(
    'DELETE',
    '/v1/subscriptions/:id',
    z.strictObject({
      cancellation_details: cancellation.cancellation_details,
      invoice_now: flag.optional(),
      prorate: flag.optional(),
    }),
    (world, given, ids) => {
      const row = subscriptionOf(world, ids['id'] ?? '');
      if (row.ended_at) throw missing('subscription', row.id);
      return cancelNow(world, row, {
        invoiceNow: given.invoice_now ?? false,
        prorate: given.prorate ?? false,
        comment: given.cancellation_details?.comment ?? null,
        feedback: given.cancellation_details?.feedback ?? null,
      });
    },
  ),
];
