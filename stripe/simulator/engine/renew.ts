/**
 * What a subscription does by the clock: a new period with its invoice, the end that was asked for, the end
 * of a first payment's or a parked change's patience.
 */
import { changeRow, emit } from '../state/events';
import type { SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { bill, recordAll, wholeLines } from './bill-subscription';
import { voidInvoice } from './close-invoice';
import { endSubscription, expireIncomplete } from './end-subscription';
import { firstEnd, itemList, itemsOf, priceOfItem } from './items';
import { pendingItems } from './lines';
import { intervalOf } from './pricing';
import { nextBoundary } from './time';

/** Draws the next period: new item periods first, then the draft that will charge for them. */
export function renew(world: World, subscription: SubscriptionRow): void {
  const at = firstEnd(subscription);
  const start = Math.min(...itemsOf(subscription).map((it) => it.current_period_start));
  const items = itemsOf(subscription).map((item) => {
    if (item.current_period_end > at) return item;
    const interval = intervalOf(priceOfItem(world, item));
    const end = nextBoundary(subscription.billing_cycle_anchor, interval, at);
    return { ...item, current_period_start: at, current_period_end: end, billed_until: end };
  });
  const renewed = world.put({ ...subscription, items: itemList(subscription.id, items) });
  const { invoice, debits } = bill(world, renewed, {
    reason: 'subscription_cycle',
    period: { start, end: at },
    // A subscription that is given up on goes on making drafts that nobody is charged for.
    autoAdvance: subscription.status !== 'unpaid',
    pending: pendingItems(world, renewed),
    lines: wholeLines(
      world,
      renewed,
      items.filter((it) => it.current_period_start === at),
    ),
  });
  recordAll(world, subscription.id, debits);
  changeRow(
    world,
    subscription,
    { items: renewed.items, latest_invoice: invoice.id },
    'customer.subscription.updated',
  );
}

/** The end that was asked for. Prorations that still wait are billed by a last invoice. */
export function endAsAsked(world: World, subscription: SubscriptionRow): void {
  const pending = pendingItems(world, subscription).filter((it) => it.parent);
  const now = world.now(subscription.test_clock);
  if (pending.length > 0) {
    const start = Math.min(...itemsOf(subscription).map((it) => it.current_period_start));
    const { invoice } = bill(world, subscription, {
      reason: 'subscription_cycle',
      period: { start, end: now },
      autoAdvance: true,
      pending,
      lines: [],
    });
    world.put({ ...subscription, latest_invoice: invoice.id });
  }
  endSubscription(world, world.need('subscription', subscription.id), 'cancellation_requested');
}

export function giveUpFirstPayment(world: World, subscription: SubscriptionRow): void {
  const invoice = world.get('invoice', subscription.latest_invoice);
  if (invoice?.status === 'open') voidInvoice(world, invoice);
  expireIncomplete(world, subscription);
}

/** The parked change was not paid for in time: it and its invoice are gone. */
export function expirePendingUpdate(world: World, subscription: SubscriptionRow): void {
  const pending = world.get('sim.pending_change', subscription.id);
  world.remove('sim.pending_change', subscription.id);
  const invoice = world.get('invoice', pending?.invoice);
  if (invoice?.status === 'open') voidInvoice(world, invoice);
  const expired = changeRow(
    world,
    subscription,
    { pending_update: null },
    'customer.subscription.updated',
  );
  emit(world, 'customer.subscription.pending_update_expired', expired);
}
