/** The end of a subscription, whatever ended it. */
import type Stripe from 'stripe';
import { changeRow, emit } from '../state/events';
import type { InvoiceRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';

type Reason = NonNullable<Stripe.Subscription.CancellationDetails['reason']>;

export function endSubscription(
  world: World,
  subscription: SubscriptionRow,
  reason: Reason,
  details: { comment?: string | null; feedback?: string | null } = {},
): SubscriptionRow {
  const now = world.now(subscription.test_clock);
  const ended = world.put<SubscriptionRow>({
    ...subscription,
    canceled_at: subscription.canceled_at ?? now,
    cancellation_details: {
      comment: details.comment ?? subscription.cancellation_details?.comment ?? null,
      feedback: details.feedback ?? subscription.cancellation_details?.feedback ?? null,
      reason,
    } as Stripe.Subscription.CancellationDetails,
    ended_at: now,
    pending_update: null,
    status: 'canceled',
  });
  world.remove('sim.pending_change', subscription.id);
  emit(world, 'customer.subscription.deleted', ended);
  return ended;
}

/**
 * Stripe no longer collects any final invoice of the customer once one of the customer's subscriptions has
 * been cancelled at once, so that nobody is charged by surprise.
 */
export function stopCollecting(world: World, customer: string): void {
  for (const invoice of world.all('invoice')) {
    if (invoice.customer !== customer || invoice.status !== 'open') continue;
    stop(world, invoice);
  }
}

function stop(world: World, invoice: InvoiceRow): void {
  changeRow(world, invoice, { auto_advance: false, next_payment_attempt: null }, 'invoice.updated');
}

/** A first invoice was not paid within 23 hours. */
export function expireIncomplete(world: World, subscription: SubscriptionRow): void {
  const now = world.now(subscription.test_clock);
  changeRow(
    world,
    subscription,
    { status: 'incomplete_expired', ended_at: now },
    'customer.subscription.updated',
  );
}
