/**
 * Reads all that the billing rules need of one customer. Nothing is remembered between two reads: a
 * webhook is a hint to read again, whatever it says itself.
 */
import type Stripe from 'stripe';
import type { CustomerSnapshot, StripeSnapshot } from '../core/contract/stripe-snapshot';
import type { Seconds } from '../core/contract/plans';
import { ask } from './ask';
import { idOf } from './ids';
import type { Prices } from './prices';
import { listInvoices, readInvoice, readPendingItems } from './read-invoices';
import { readPayments } from './read-payments';
import { readSubscriptions, type ReadSubscriptions } from './read-subscriptions';
import { readTopUps } from './read-top-ups';

/** Of an account that has never been to Stripe. */
export function emptySnapshot(readAt: Seconds): StripeSnapshot {
  return { readAt, subscriptions: [], invoices: [], pendingItems: [], topUps: [] };
}

/** `readAt` is Stripe's time for this customer: that of its test clock, where it has one. */
export async function readSnapshot(
  sdk: Stripe,
  prices: Prices,
  id: string,
  now: Seconds,
): Promise<StripeSnapshot> {
  const reading = readPayments(sdk, id);
  const [customer, subscriptions, payments, invoices, pendingItems, topUps] = await Promise.all([
    ask(() =>
      sdk.customers.retrieve(id, {
        expand: ['test_clock', 'invoice_settings.default_payment_method'],
      }),
    ),
    readSubscriptions(sdk, prices, id),
    reading,
    listInvoices(sdk, id),
    readPendingItems(sdk, prices, id),
    readTopUps(sdk, id, () => reading),
  ]);
  const deleted = customer.deleted === true;
  return {
    readAt: deleted ? now : timeOf(customer, now),
    ...(deleted ? {} : { customer: readCustomer(customer, subscriptions) }),
    subscriptions: subscriptions.snapshots,
    invoices: await Promise.all(
      invoices.map((invoice) => readInvoice(sdk, prices, payments, invoice)),
    ),
    pendingItems,
    topUps,
  };
}

function timeOf({ test_clock }: Stripe.Customer, now: Seconds): Seconds {
  return typeof test_clock === 'object' && test_clock !== null ? test_clock.frozen_time : now;
}

function readCustomer(
  { id, balance, invoice_settings }: Stripe.Customer,
  subscriptions: ReadSubscriptions,
): CustomerSnapshot {
  const paymentMethod = idOf(
    newer(subscriptions.paymentMethod, invoice_settings.default_payment_method),
  );
  return { id, balance, ...(paymentMethod === undefined ? {} : { paymentMethod }) };
}

type Method = Stripe.Subscription['default_payment_method'];

/** Stripe's portal gives a new card to the customer; the subscription keeps the one of its Checkout. */
function newer(own: Method, customers: Method): Method {
  if (own === null || customers === null) return own ?? customers;
  return addedAt(customers) >= addedAt(own) ? customers : own;
}

function addedAt(method: Stripe.PaymentMethod | string): Seconds {
  return typeof method === 'string' ? 0 : method.created;
}
