/**
 * A new subscription: its items, its first invoice, and the first payment. What happens when that payment
 * fails is the caller's choice, by `paymentBehavior`.
 */
import type Stripe from 'stripe';
import { emit } from '../state/events';
import type { CustomerRow, PriceRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { cardRefusal, invalid } from '../wire/errors';
import { bill, recordAll, wholeLines } from './bill-subscription';
import { finalize } from './invoices';
import { buildItem, type Item, itemList, itemsOf, periodAt, priceOfItem } from './items';
import type { Billed } from './lines';
import { attempt, methodFor, noMethod } from './pay';
import { costOf, describePrice } from './pricing';
import { prorate } from './prorate';

const INCOMPLETE_SECONDS = 23 * 60 * 60;
export const incompleteUntil = (created: number): number => created + INCOMPLETE_SECONDS;

export interface NewSubscription {
  customer: CustomerRow;
  items: { price: PriceRow; quantity: number; metadata: Record<string, string> }[];
  metadata: Record<string, string>;
  description: string | null;
  defaultPaymentMethod: string | null;
  billingMode: 'classic' | 'flexible';
  /** A later anchor makes a shorter first period. */
  anchor: number | null;
  prorated: boolean;
  cancelAt: number | null;
  cancelAtPeriodEnd: boolean;
  collection: { method: 'charge_automatically' | 'send_invoice'; daysUntilDue: number | null };
  paymentBehavior:
    'allow_incomplete' | 'default_incomplete' | 'error_if_incomplete' | 'pending_if_incomplete';
  /** The cardholder is there and can authenticate. */
  present?: boolean;
}

export function createSubscription(world: World, wanted: NewSubscription): SubscriptionRow {
  const subscription = openSubscription(world, wanted);
  const { invoice } = billFirst(world, subscription, wanted);
  const billed = world.put({ ...subscription, latest_invoice: invoice.id });
  const paid = payFirst(world, billed, wanted);
  emit(world, 'customer.subscription.created', paid);
  return paid;
}

/** The subscription without any invoice yet. */
function openSubscription(world: World, wanted: NewSubscription): SubscriptionRow {
  const { customer, items } = wanted;
  const now = world.now(customer.test_clock);
  const anchor = wanted.anchor ?? now;
  const id = world.newId('sub');
  const currency = checkItems(items, wanted.billingMode, customer);
  const rows = items.map((it) => {
    const end = periodAt(anchor, it.price, now).end;
    return buildItem(world, id, { ...it, period: { start: now, end }, created: now });
  });
  if (!customer.currency) world.put({ ...customer, currency });
  return world.put({
    ...emptySubscription(id, customer, now),
    billing_cycle_anchor: anchor,
    billing_mode:
      wanted.billingMode === 'flexible'
        ? { type: 'flexible', flexible: { proration_discounts: 'included' }, updated_at: now }
        : { type: 'classic', flexible: null },
    collection_method: wanted.collection.method,
    currency,
    days_until_due: wanted.collection.daysUntilDue,
    default_payment_method: wanted.defaultPaymentMethod,
    description: wanted.description,
    items: itemList(id, rows),
    metadata: wanted.metadata,
    ...cancellationOf(wanted, rows, now),
  });
}

function cancellationOf(
  { cancelAt, cancelAtPeriodEnd }: NewSubscription,
  items: Item[],
  now: number,
): Partial<SubscriptionRow> {
  if (!cancelAtPeriodEnd && cancelAt === null) return {};
  const end = Math.min(...items.map((it) => it.current_period_end));
  return {
    cancel_at: cancelAt ?? end,
    cancel_at_period_end: cancelAtPeriodEnd,
    canceled_at: now,
  };
}

function checkItems(
  items: NewSubscription['items'],
  mode: 'classic' | 'flexible',
  customer: CustomerRow,
): string {
  const [first] = items;
  if (!first) throw invalid('Missing required param: items.', 'items', 'parameter_missing');
  const { currency } = first.price;
  if (items.some((it) => it.price.currency !== currency)) {
    throw invalid('All prices on a subscription must use the same currency.', 'items');
  }
  if (customer.currency && customer.currency !== currency) {
    throw invalid(
      `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${customer.currency}.`,
    );
  }
  if (new Set(items.map((it) => it.price.id)).size !== items.length) {
    throw invalid(`Cannot add multiple subscription items with the same plan: ${first.price.id}`);
  }
  const intervals = new Set(
    items.map(({ price: { recurring } }) => `${recurring?.interval_count} ${recurring?.interval}`),
  );
  if (mode === 'classic' && intervals.size > 1) {
    throw invalid(
      'Currency and interval fields must match across all plans on this subscription. Found mismatch in interval field.',
      'items',
    );
  }
  return currency;
}

function billFirst(
  world: World,
  subscription: SubscriptionRow,
  wanted: NewSubscription,
): { invoice: { id: string } } {
  const items = itemsOf(subscription);
  const isStub = wanted.anchor !== null;
  const lines = isStub
    ? items.map((item) => ({ item: item.id, billed: firstStub(world, subscription, item, wanted) }))
    : wholeLines(world, subscription, items);
  const now = subscription.created;
  const { invoice, debits } = bill(world, subscription, {
    reason: 'subscription_create',
    period: { start: now, end: now },
    autoAdvance: false,
    pending: [],
    lines,
  });
  recordAll(world, subscription.id, debits);
  return { invoice };
}

/** A first period that ends at a later anchor costs its share of the interval, or nothing. */
function firstStub(
  world: World,
  subscription: SubscriptionRow,
  item: Item,
  wanted: NewSubscription,
): Billed {
  const price = priceOfItem(world, item);
  const quantity = item.quantity ?? 1;
  const now = subscription.created;
  const whole = periodAt(subscription.billing_cycle_anchor, price, now);
  return {
    amount: wanted.prorated ? prorate(costOf(price, quantity), whole, now) : 0,
    currency: subscription.currency,
    description: describePrice(world, price, quantity),
    period: { start: now, end: whole.end },
    price,
    quantity,
    subscription: subscription.id,
    item: item.id,
    proration: true,
    credited: null,
    metadata: subscription.metadata,
  };
}

function payFirst(
  world: World,
  subscription: SubscriptionRow,
  wanted: NewSubscription,
): SubscriptionRow {
  const draft = world.need('invoice', subscription.latest_invoice);
  const current = (): SubscriptionRow => world.need('subscription', subscription.id);
  if (
    wanted.collection.method === 'send_invoice' ||
    wanted.paymentBehavior === 'default_incomplete'
  ) {
    const open = finalize(world, draft);
    if (open.status === 'paid' || wanted.collection.method === 'send_invoice') {
      return world.put({ ...current(), status: 'active' });
    }
    return current();
  }
  if (draft.amount_due > 0 && !methodFor(world, draft)) throw noMethod();
  const payment = attempt(world, draft, {
    automatic: false,
    present: wanted.present ?? false,
  });
  if (payment.kind === 'paid') return world.put({ ...current(), status: 'active' });
  if (wanted.paymentBehavior === 'error_if_incomplete') {
    if (payment.kind === 'declined') throw cardRefusal(payment.decline);
    throw cardRefusal({
      code: 'subscription_payment_intent_requires_action',
      decline_code: null,
      message:
        'Payment for this subscription requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with `subscription.latest_invoice`.',
    });
  }
  return current();
}

function emptySubscription(id: string, customer: CustomerRow, now: number): SubscriptionRow {
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: now,
    billing_cycle_anchor_config: null,
    billing_mode: { type: 'classic', flexible: null },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: {
      comment: null,
      feedback: null,
      reason: null,
    } as Stripe.Subscription.CancellationDetails,
    collection_method: 'charge_automatically',
    created: now,
    currency: 'usd',
    customer: customer.id,
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: itemList(id, []),
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: now,
    status: 'incomplete',
    test_clock: customer.test_clock ?? null,
    transfer_data: null,
    trial_end: null,
    trial_settings: null,
    trial_start: null,
  };
}
