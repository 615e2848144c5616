/**
 * `create_preview`: what the next invoice would be, with changes or without. The changes are really made,
 * billed and taken back, so a preview can never differ from what happens afterwards.
 */
import type { InvoiceRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { refusal } from '../wire/errors';
import { endAsAsked, renew } from './renew';
import { finalize } from './invoices';
import { firstEnd } from './items';

/** `change` makes the changes and gives the subscription afterwards. */
export function preview(world: World, change: () => SubscriptionRow): object {
  return world.rehearse(() => {
    const known = new Set(world.all('invoice').map((it) => it.id));
    const subscription = change();
    const made = (): InvoiceRow | undefined => world.all('invoice').find((it) => !known.has(it.id));
    if (!made()) rollOver(world, subscription);
    const invoice = made();
    if (!invoice) throw nothingUpcoming();
    return asPreview(invoice.status === 'draft' ? finalize(world, invoice) : invoice);
  });
}

function rollOver(world: World, subscription: SubscriptionRow): void {
  if (subscription.ended_at) throw nothingUpcoming();
  const clock = subscription.test_clock;
  const before = world.holdAt(clock, Math.max(firstEnd(subscription), world.now(clock)));
  try {
    const ends =
      subscription.cancel_at !== null && subscription.cancel_at <= firstEnd(subscription);
    if (ends) endAsAsked(world, subscription);
    else renew(world, subscription);
  } finally {
    world.holdAt(clock, before);
  }
}

function asPreview(invoice: InvoiceRow): object {
  const lines = invoice.lines.data.map((line, index) => ({
    ...line,
    id: `il_tmp_${index}_${line.id.slice('il_'.length)}`,
    invoice: null,
  }));
  return {
    ...invoice,
    id: `upcoming_${invoice.id}`,
    amount_paid: 0,
    amount_remaining: invoice.amount_due,
    attempted: false,
    auto_advance: false,
    automatically_finalizes_at: null,
    billing_reason: 'upcoming',
    effective_at: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    lines: { ...invoice.lines, data: lines },
    number: null,
    status: 'draft',
    status_transitions: {
      finalized_at: null,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
  };
}

function nothingUpcoming(): Error {
  return refusal({
    status: 404,
    type: 'invalid_request_error',
    code: 'invoice_upcoming_none',
    message: 'No upcoming invoices for customer',
  });
}
