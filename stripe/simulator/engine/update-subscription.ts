/**
 * Changing a subscription: its items at once, with or without proration, billed now or on the next invoice;
 * and when it is to end. What a failed payment does is the caller's choice, by `paymentBehavior`.
 */
import { changeRow } from '../state/events';
import type { InvoiceItemRow, InvoiceRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { cardRefusal, invalid } from '../wire/errors';
import { bill, itemizePlan } from './bill-subscription';
import { type Item, itemsOf } from './items';
import { pendingItems } from './lines';
import { attempt } from './pay';
import { applyPlan, type Plan, planChange } from './plan-change';
import { finalize } from './invoices';

const PENDING_SECONDS = 23 * 60 * 60;

export interface ItemsChange {
  /** All items wanted afterwards. */
  next: Item[];
  proration: 'create_prorations' | 'always_invoice' | 'none';
  prorationDate: number | null;
  restart: boolean;
  paymentBehavior:
    'allow_incomplete' | 'default_incomplete' | 'error_if_incomplete' | 'pending_if_incomplete';
  /** Changes that wait with the items when they are parked. */
  metadata: Record<string, string>;
}

export function changeItems(
  world: World,
  subscription: SubscriptionRow,
  change: ItemsChange,
): SubscriptionRow {
  if (change.next.length === 0) {
    throw invalid(
      'A subscription must have at least one active plan. To cancel a subscription, please use the cancel API endpoint on subscriptions.',
    );
  }
  const at = checkDate(world, subscription, change);
  const prorated = change.proration !== 'none';
  const drawn = planChange(world, subscription, change.next, {
    at,
    prorated,
    restart: change.restart,
  });
  const { plan, items } = itemizePlan(world, subscription, drawn);
  const billsNow = change.restart || (change.proration === 'always_invoice' && items.length > 0);
  if (!billsNow) {
    return applyPlan(world, subscription, plan, { metadata: change.metadata });
  }
  return change.paymentBehavior === 'pending_if_incomplete'
    ? billThenApply(world, subscription, change, { plan, items, at })
    : applyThenBill(world, subscription, change, { plan, items, at });
}

interface Drawn {
  plan: Plan;
  items: InvoiceItemRow[];
  at: number;
}

function applyThenBill(
  world: World,
  subscription: SubscriptionRow,
  change: ItemsChange,
  drawn: Drawn,
): SubscriptionRow {
  // Prorations first: whole periods name their line, which is there once they are billed.
  const whole = drawn.plan.debits.filter((it) => !it.billed.proration);
  const prorations = {
    ...drawn.plan,
    debits: drawn.plan.debits.filter((it) => it.billed.proration),
  };
  const applied = applyPlan(world, subscription, prorations, { metadata: change.metadata });
  const { invoice, debits } = billChange(world, applied, drawn);
  if (debits.length !== whole.length) throw new Error('a whole period was not billed');
  applyPlan(world, applied, { ...prorations, credits: [], debits }, { latest_invoice: invoice.id });
  pay(world, invoice, change);
  return world.need('subscription', subscription.id);
}

/** The change waits in `pending_update` until its invoice is paid. */
function billThenApply(
  world: World,
  subscription: SubscriptionRow,
  change: ItemsChange,
  drawn: Drawn,
): SubscriptionRow {
  const { invoice, debits } = billChange(world, subscription, drawn);
  const prorations = drawn.plan.debits.filter((it) => it.billed.proration);
  const plan: Plan = { ...drawn.plan, debits: [...prorations, ...debits] };
  world.put({
    object: 'sim.pending_change',
    id: subscription.id,
    invoice: invoice.id,
    plan: JSON.stringify(plan),
    metadata: change.metadata,
  });
  world.put({ ...subscription, latest_invoice: invoice.id });
  pay(world, invoice, change);
  const current = world.need('subscription', subscription.id);
  if (!world.get('sim.pending_change', subscription.id)) return current;
  return changeRow(
    world,
    current,
    {
      pending_update: {
        billing_cycle_anchor: plan.anchor,
        cancel_at_period_end: null,
        discount: null,
        discounts: null,
        expires_at: world.now(subscription.test_clock) + PENDING_SECONDS,
        metadata: change.metadata,
        subscription_items: plan.items,
        trial_end: null,
        trial_from_plan: null,
      },
    },
    'customer.subscription.updated',
  );
}

function billChange(
  world: World,
  subscription: SubscriptionRow,
  { plan, items, at }: Drawn,
): ReturnType<typeof bill> {
  const flexible = subscription.billing_mode.type === 'flexible';
  const [first] = itemsOf(subscription);
  return bill(world, subscription, {
    reason: 'subscription_update',
    period: { start: first?.current_period_start ?? at, end: world.now(subscription.test_clock) },
    autoAdvance: false,
    pending: flexible ? pendingItems(world, subscription) : items,
    lines: plan.debits.filter((it) => !it.billed.proration),
    prorationDate: at,
  });
}

function pay(world: World, invoice: InvoiceRow, change: ItemsChange): void {
  if (
    invoice.collection_method === 'send_invoice' ||
    change.paymentBehavior === 'default_incomplete'
  ) {
    finalize(world, world.put({ ...invoice, auto_advance: true }));
    return;
  }
  // An unpaid change is tried again like a renewal, except one that is parked or taken back.
  const retried = change.paymentBehavior === 'allow_incomplete';
  const payment = attempt(world, world.put({ ...invoice, auto_advance: retried }), {
    automatic: false,
    present: false,
  });
  if (payment.kind === 'paid' || change.paymentBehavior !== 'error_if_incomplete') return;
  if (payment.kind === 'declined') throw cardRefusal(payment.decline);
  throw cardRefusal({
    code: 'subscription_payment_intent_requires_action',
    decline_code: null,
    message:
      'Payment for this subscription requires additional user action before it can be completed successfully.',
  });
}

function checkDate(world: World, subscription: SubscriptionRow, change: ItemsChange): number {
  const now = world.now(subscription.test_clock);
  const at = change.prorationDate ?? now;
  const [first] = itemsOf(subscription);
  if (first && (at < first.current_period_start || at > first.current_period_end)) {
    throw invalid(
      'Invalid proration_date: the proration date must be within the current billing period.',
      'proration_date',
    );
  }
  return at;
}
