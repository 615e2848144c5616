/**
 * The invoices of a subscription: for its first period, for each next one, and for a change in between.
 * Pending items come first, then a line for each item that begins a period.
 */
import type Stripe from 'stripe';
import type { InvoiceItemRow, InvoiceRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { createDraft } from './invoices';
import type { Item } from './items';
import { periodOf } from './items';
import { type Billed, billItem, buildLine, createItem } from './lines';
import { type Debit, type Plan, recordDebit, wholePeriod } from './plan-change';
import type { Period } from './prorate';

interface Bill {
  reason: Stripe.Invoice.BillingReason;
  /** The time behind, for the invoice's own period. */
  period: Period;
  autoAdvance: boolean;
  pending: InvoiceItemRow[];
  /** Lines of their own, beside the pending items. */
  lines: { item: string; billed: Billed }[];
  prorationDate?: number | undefined;
}

/** The draft, and what its own lines charge for, to be recorded once the items are as billed. */
export function bill(
  world: World,
  subscription: SubscriptionRow,
  it: Bill,
): { invoice: InvoiceRow; debits: Debit[] } {
  const debits: Debit[] = [];
  const invoice = createDraft(world, {
    customer: world.need('customer', subscription.customer),
    subscription,
    reason: it.reason,
    period: it.period,
    autoAdvance: it.autoAdvance,
    prorationDate: it.prorationDate,
    lines: (id) => [
      ...it.pending.map((pending) => billItem(world, id, world.need('invoiceitem', pending.id))),
      ...it.lines.map(({ item, billed }) => {
        const line = buildLine(world, id, billed);
        debits.push({ item, billed, invoiceItem: null, line: { invoice: id, line: line.id } });
        return line;
      }),
    ],
  });
  return { invoice, debits };
}

/** The lines of whole periods for items that begin one now. */
export function wholeLines(
  world: World,
  subscription: SubscriptionRow,
  items: Item[],
): { item: string; billed: Billed }[] {
  return items.map((item) => ({
    item: item.id,
    billed: wholePeriod(world, subscription, item, periodOf(item)),
  }));
}

export function recordAll(world: World, subscription: string, debits: Debit[]): void {
  for (const debit of debits) recordDebit(world, subscription, debit);
}

/** The pending items of a plan's prorations; its debits then know their items. */
export function itemizePlan(
  world: World,
  subscription: SubscriptionRow,
  plan: Plan,
): { plan: Plan; items: InvoiceItemRow[] } {
  const customer = world.need('customer', subscription.customer);
  const credits = plan.credits.map(({ billed }) => createItem(world, customer, billed));
  const prorated = plan.debits.filter((it) => it.billed.proration);
  const charged = prorated.map((it) => createItem(world, customer, it.billed));
  const debits = plan.debits.map((it) => {
    const index = prorated.indexOf(it);
    return index < 0 ? it : { ...it, invoiceItem: charged[index]?.id ?? null };
  });
  return { plan: { ...plan, debits }, items: [...credits, ...charged] };
}
