/**
 * Invoices from their draft to the moment they are final. An invoice's total is the sum of its lines; at
 * finalization the customer's balance is applied to it, and what is left is due.
 */
import type Stripe from 'stripe';
import { changeRow, emit } from '../state/events';
import { listOf } from '../state/rendering';
import type { CustomerRow, InvoiceRow, LineRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid } from '../wire/errors';
import { moveBalance } from './balance';
import { emptyInvoice } from './empty-invoice';
import { createIntent } from './intents';
import type { Period } from './prorate';

/** Cents under which Stripe does not charge a card. */
const SMALLEST_CHARGE: Record<string, number> = { usd: 50, eur: 50, gbp: 30 };
/** How long a draft waits before it is final. */
const DRAFT_SECONDS = 3_600;

export interface Draft {
  customer: CustomerRow;
  subscription: SubscriptionRow | null;
  reason: Stripe.Invoice.BillingReason;
  /** The time that led to it, which lies before the lines' own periods. */
  period: Period;
  /** Becomes final by itself, after an hour. */
  autoAdvance: boolean;
  /** Makes the lines, once the invoice has an id. */
  lines: (invoice: string) => LineRow[];
  prorationDate?: number | undefined;
  description?: string | undefined;
  metadata?: Record<string, string> | undefined;
  collection?: { method: 'charge_automatically' | 'send_invoice'; daysUntilDue: number | null };
}

export function createDraft(world: World, draft: Draft): InvoiceRow {
  const { customer, subscription } = draft;
  const id = world.newId('in');
  const lines = draft.lines(id);
  const total = lines.reduce((sum, line) => sum + line.amount, 0);
  const now = world.now(customer.test_clock);
  const method =
    draft.collection?.method ?? subscription?.collection_method ?? 'charge_automatically';
  const row: InvoiceRow = {
    ...emptyInvoice(id, customer),
    auto_advance: draft.autoAdvance,
    automatically_finalizes_at: draft.autoAdvance ? now + DRAFT_SECONDS + 1 : null,
    billing_reason: draft.reason,
    collection_method: method,
    created: now,
    currency: lines[0]?.currency ?? customer.currency ?? 'usd',
    default_payment_method: null,
    description: draft.description ?? null,
    lines: listOf(lines, `/v1/invoices/${id}/lines`),
    metadata: draft.metadata ?? {},
    next_payment_attempt:
      draft.autoAdvance && method === 'charge_automatically' ? now + DRAFT_SECONDS : null,
    parent: subscription ? parentOf(subscription, draft.prorationDate) : null,
    period_end: draft.period.end,
    period_start: draft.period.start,
    ...totals(total, customer.balance),
  };
  world.put(row);
  emit(world, 'invoice.created', row);
  return row;
}

/** Sums that follow from the total, as long as the balance has not been applied for good. */
function totals(total: number, balance: number): Partial<InvoiceRow> & Sums {
  const due = Math.max(0, total + balance);
  return {
    amount_due: due,
    amount_remaining: due,
    starting_balance: balance,
    subtotal: total,
    subtotal_excluding_tax: total,
    total,
    total_excluding_tax: total,
  };
}

type Sums = Pick<
  InvoiceRow,
  | 'amount_due'
  | 'amount_remaining'
  | 'starting_balance'
  | 'subtotal'
  | 'subtotal_excluding_tax'
  | 'total'
  | 'total_excluding_tax'
>;

function parentOf(
  subscription: SubscriptionRow,
  prorationDate: number | undefined,
): Stripe.Invoice.Parent {
  return {
    type: 'subscription_details',
    quote_details: null,
    subscription_details: {
      subscription: subscription.id,
      metadata: subscription.metadata,
      ...(prorationDate === undefined ? {} : { subscription_proration_date: prorationDate }),
    },
  };
}

export function subscriptionOf(world: World, invoice: InvoiceRow): SubscriptionRow | undefined {
  const subscription = invoice.parent?.subscription_details?.subscription;
  return typeof subscription === 'string' ? world.get('subscription', subscription) : undefined;
}

/** Adds the lines and sums up again; drafts only. */
export function setLines(world: World, invoice: InvoiceRow, lines: LineRow[]): InvoiceRow {
  const total = lines.reduce((sum, line) => sum + line.amount, 0);
  const customer = world.need('customer', invoice.customer);
  const list = { ...invoice.lines, data: lines } as InvoiceRow['lines'];
  return world.put({ ...invoice, lines: list, ...totals(total, customer.balance) });
}

/**
 * Makes a draft final: number, balance, what is due, and the intent to charge it. Nothing due makes it
 * paid; less than the smallest charge is put on the customer's balance instead.
 */
export function finalize(
  world: World,
  draft: InvoiceRow,
  { charge = true }: { charge?: boolean } = {},
): InvoiceRow {
  if (draft.status !== 'draft') {
    throw invalid('This invoice is already finalized, you can’t re-finalize a non-draft invoice.');
  }
  const customer = world.need('customer', draft.customer);
  const now = world.now(customer.test_clock);
  const settled = settleBalance(draft.total, customer.balance, smallestCharge(draft.currency));
  if (settled.ending !== customer.balance) {
    const type = settled.tooSmall ? 'invoice_too_small' : 'applied_to_invoice';
    moveBalance(world, customer.id, settled.ending - customer.balance, { type, invoice: draft.id });
  }
  const owner = world.need('customer', customer.id);
  const sequence = owner.next_invoice_sequence ?? 1;
  world.put({ ...owner, next_invoice_sequence: sequence + 1 });
  const hosted = `${world.url()}/invoice/${draft.id}`;
  const final: InvoiceRow = {
    ...draft,
    ...totals(draft.total, customer.balance),
    amount_due: settled.due,
    amount_remaining: settled.due,
    automatically_finalizes_at: null,
    due_date:
      draft.collection_method === 'send_invoice' ? (draft.due_date ?? now + 30 * 86_400) : null,
    effective_at: now,
    ending_balance: settled.ending,
    hosted_invoice_url: hosted,
    invoice_pdf: `${hosted}/pdf`,
    number: `${owner.invoice_prefix ?? 'SIM'}-${String(sequence).padStart(4, '0')}`,
    starting_balance: customer.balance,
    status: 'open',
    status_transitions: { ...draft.status_transitions, finalized_at: now },
  };
  const open = changeRow(world, draft, final, 'invoice.updated');
  emit(world, 'invoice.finalized', open);
  if (settled.due === 0) return markPaid(world, open);
  // Money that came by another way needs no intent of the invoice's own.
  if (charge) createIntent(world, open);
  return open;
}

/** Nothing is left to pay. */
export function markPaid(world: World, invoice: InvoiceRow, outOfBand = false): InvoiceRow {
  const now = world.now(invoice.test_clock);
  const paid = changeRow(
    world,
    invoice,
    {
      amount_paid: outOfBand ? 0 : invoice.amount_due,
      amount_paid_off_stripe: outOfBand ? invoice.amount_due : 0,
      amount_remaining: 0,
      attempted: true,
      auto_advance: false,
      next_payment_attempt: null,
      status: 'paid',
      status_transitions: { ...invoice.status_transitions, paid_at: now },
    },
    'invoice.updated',
  );
  emit(world, 'invoice.paid', paid);
  emit(world, 'invoice.payment_succeeded', paid);
  return paid;
}

/** What of a total is charged, and the balance afterwards. */
function settleBalance(
  total: number,
  balance: number,
  smallest: number,
): { due: number; ending: number; tooSmall: boolean } {
  const sum = total + balance;
  if (sum <= 0) return { due: 0, ending: sum, tooSmall: false };
  if (sum < smallest) return { due: 0, ending: sum, tooSmall: true };
  return { due: sum, ending: 0, tooSmall: false };
}

function smallestCharge(currency: string): number {
  return SMALLEST_CHARGE[currency] ?? 50;
}
