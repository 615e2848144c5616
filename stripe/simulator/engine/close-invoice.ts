/** The two ways an invoice ends unpaid: void (it never was) and uncollectible (nobody will pay it). */
import type Stripe from 'stripe';
import { changeRow, emit } from '../state/events';
import type { InvoiceRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid } from '../wire/errors';
import { moveBalance } from './balance';
import { intentOf } from './intents';

export function voidInvoice(world: World, invoice: InvoiceRow): InvoiceRow {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw invalid(`You can only pass in open invoices. This invoice isn't open.`, 'invoice');
  }
  const now = world.now(invoice.test_clock);
  cancelIntent(world, invoice, now);
  const applied = (invoice.ending_balance ?? 0) - invoice.starting_balance;
  if (applied !== 0) {
    moveBalance(world, invoice.customer, -applied, {
      type: 'unapplied_from_invoice',
      invoice: invoice.id,
    });
  }
  const closed = changeRow(
    world,
    invoice,
    {
      auto_advance: false,
      next_payment_attempt: null,
      status: 'void',
      status_transitions: { ...invoice.status_transitions, voided_at: now },
    },
    'invoice.updated',
  );
  emit(world, 'invoice.voided', closed);
  return closed;
}

export function markUncollectible(
  world: World,
  invoice: InvoiceRow,
  reason: Stripe.Invoice.StatusDetails.Uncollectible['reason'],
): InvoiceRow {
  if (invoice.status !== 'open') {
    throw invalid(`You can only mark open invoices as uncollectible.`, 'invoice');
  }
  const now = world.now(invoice.test_clock);
  const closed = changeRow(
    world,
    invoice,
    {
      auto_advance: false,
      next_payment_attempt: null,
      status: 'uncollectible',
      status_details: { uncollectible: { reason } },
      status_transitions: { ...invoice.status_transitions, marked_uncollectible_at: now },
    },
    'invoice.updated',
  );
  emit(world, 'invoice.marked_uncollectible', closed);
  return closed;
}

function cancelIntent(world: World, invoice: InvoiceRow, now: number): void {
  const intent = intentOf(world, invoice.id);
  if (!intent || intent.status === 'succeeded' || intent.status === 'canceled') return;
  const canceled = world.put({
    ...intent,
    canceled_at: now,
    cancellation_reason: 'void_invoice' as const,
    next_action: null,
    status: 'canceled' as const,
  });
  emit(world, 'payment_intent.canceled', canceled);
  for (const payment of world.all('invoice_payment')) {
    if (payment.invoice !== invoice.id) continue;
    world.put({
      ...payment,
      status: 'canceled',
      status_transitions: { ...payment.status_transitions, canceled_at: now },
    });
  }
}
