/**
 * What follows a failed payment of an invoice: the subscription is past due, the payment is tried again at
 * times inside a window, and after the last time the subscription ends (or as the settings say).
 */
import { createHash } from 'node:crypto';
import { changeRow } from '../state/events';
import type { InvoiceRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { markUncollectible } from './close-invoice';
import { endSubscription, stopCollecting } from './end-subscription';
import { subscriptionOf } from './invoices';

const DAY = 86_400;

/** When the next automatic attempt is, given that this one failed; null when there is none. */
export function planRetry(world: World, invoice: InvoiceRow): number | null {
  const before = world.get('sim.dunning', invoice.id);
  const retries = before?.retries ?? retryTimes(world, world.now(invoice.test_clock));
  const [next, ...rest] = retries;
  world.put({ object: 'sim.dunning', id: invoice.id, retries: rest });
  return next ?? null;
}

/** One retry in each equal part of the window, at a moment of that part that follows from the first failure's. */
function retryTimes(world: World, first: number): number[] {
  const { retries, retryWindowDays } = world.settings;
  const part = Math.floor((retryWindowDays * DAY) / Math.max(1, retries));
  return Array.from({ length: retries }, (_, index) => {
    const [byte = 0] = createHash('sha256').update(`${first}:${index}`).digest();
    return first + index * part + Math.floor(part / 2) + Math.floor((byte / 512) * part);
  });
}

/** The subscription's side of a failure; `isLast` when nothing more will be tried. */
export function fallBehind(world: World, invoice: InvoiceRow, isLast: boolean): void {
  const subscription = subscriptionOf(world, invoice);
  if (!subscription || invoice.billing_reason === 'subscription_create') return;
  // The change that this invoice is for has not been made, so nothing is owed.
  if (world.get('sim.pending_change', subscription.id)?.invoice === invoice.id) return;
  const late =
    subscription.status === 'active'
      ? changeRow(world, subscription, { status: 'past_due' }, 'customer.subscription.updated')
      : subscription;
  if (isLast && late.status === 'past_due') giveUp(world, invoice, late);
}

function giveUp(world: World, invoice: InvoiceRow, subscription: SubscriptionRow): void {
  const { afterLastRetry, unpaidInvoice } = world.settings;
  if (unpaidInvoice === 'uncollectible') {
    markUncollectible(world, world.need('invoice', invoice.id), 'max_payment_attempts');
  }
  if (afterLastRetry === 'cancel') {
    endSubscription(world, subscription, 'payment_failed');
    stopCollecting(world, subscription.customer);
  }
  if (afterLastRetry === 'unpaid') {
    changeRow(world, subscription, { status: 'unpaid' }, 'customer.subscription.updated');
  }
}
