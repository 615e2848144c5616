/**
 * Cancelling at once. The rest of the period can be credited (`prorate`) and what waits can be billed
 * (`invoiceNow`); with neither, prorations that still wait are gone, as Stripe documents it.
 */
import { emit } from '../state/events';
import type { SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { bill, itemizePlan } from './bill-subscription';
import { endSubscription, stopCollecting } from './end-subscription';
import { itemsOf } from './items';
import { pendingItems } from './lines';
import { attempt } from './pay';
import { planChange } from './plan-change';

export interface Cancellation {
  invoiceNow: boolean;
  prorate: boolean;
  comment: string | null;
  feedback: string | null;
}

export function cancelNow(
  world: World,
  subscription: SubscriptionRow,
  { invoiceNow, prorate, comment, feedback }: Cancellation,
): SubscriptionRow {
  const now = world.now(subscription.test_clock);
  if (prorate) {
    const plan = planChange(world, subscription, [], { at: now, prorated: true, restart: false });
    itemizePlan(world, subscription, plan);
  }
  const pending = pendingItems(world, subscription).filter((it) => it.parent);
  if (invoiceNow && pending.length > 0) {
    const start = Math.min(...itemsOf(subscription).map((it) => it.current_period_start));
    const { invoice } = bill(world, subscription, {
      reason: 'manual',
      period: { start, end: now },
      autoAdvance: false,
      pending,
      lines: [],
    });
    world.put({ ...subscription, latest_invoice: invoice.id });
    attempt(world, world.put({ ...invoice, auto_advance: true }), {
      automatic: false,
      present: false,
    });
  }
  if (!invoiceNow && !prorate) {
    for (const item of pending.filter((it) => it.proration)) {
      world.remove('invoiceitem', item.id);
      emit(world, 'invoiceitem.deleted', item);
    }
  }
  const current = world.need('subscription', subscription.id);
  const ended = endSubscription(world, current, 'cancellation_requested', { comment, feedback });
  stopCollecting(world, subscription.customer);
  return ended;
}
