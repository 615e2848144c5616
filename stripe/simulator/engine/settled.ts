/** What a paid invoice does to its subscription: it is active again, and a parked change takes effect. */
import { changeRow, emit } from '../state/events';
import type { InvoiceRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { applyPlan, type Plan } from './plan-change';
import { subscriptionOf } from './invoices';

export function settle(world: World, invoice: InvoiceRow): void {
  const subscription = subscriptionOf(world, invoice);
  if (!subscription || subscription.ended_at) return;
  const current = applyPending(world, subscription, invoice);
  const waits = ['incomplete', 'past_due', 'unpaid'].includes(current.status);
  if (waits && latestIsPaid(world, current)) {
    changeRow(world, current, { status: 'active' }, 'customer.subscription.updated');
  }
}

function latestIsPaid(world: World, subscription: SubscriptionRow): boolean {
  const latest = world.get('invoice', subscription.latest_invoice);
  return !latest || latest.status === 'paid';
}

function applyPending(
  world: World,
  subscription: SubscriptionRow,
  invoice: InvoiceRow,
): SubscriptionRow {
  const pending = world.get('sim.pending_change', subscription.id);
  if (!pending || pending.invoice !== invoice.id) return subscription;
  world.remove('sim.pending_change', subscription.id);
  const plan = JSON.parse(pending.plan) as Plan; // Written by parkPlan from a Plan.
  const applied = applyPlan(world, subscription, plan, {
    metadata: pending.metadata,
    pending_update: null,
  });
  // A change that was paid at once has never been pending for anybody to see.
  if (subscription.pending_update) {
    emit(world, 'customer.subscription.pending_update_applied', applied);
  }
  return applied;
}
