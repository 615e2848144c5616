/** `/v1/invoices`: reading, paying, closing; drafts by hand; and the preview. */
import { z } from 'zod';
import { markUncollectible, voidInvoice } from '../engine/close-invoice';
import { createDraft, finalize, markPaid } from '../engine/invoices';
import { billItem } from '../engine/lines';
import { payOrThrow } from '../engine/pay';
import { settle } from '../engine/settled';
import { changeRow, emit } from '../state/events';
import { linesOf } from '../state/rendering';
import type { InvoiceRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { isWithin, page } from '../wire/lists';
import {
  created,
  emptyable,
  flag,
  id,
  integer,
  mergeMetadata,
  metadata,
  paging,
  text,
  withoutUndefined,
} from '../wire/params';
import { route } from '../wire/route';
import { customerOf } from './customers';
import { subscriptionOf } from './subscriptions';

const creation = z.strictObject({
  auto_advance: flag.optional(),
  collection_method: z.enum(['charge_automatically', 'send_invoice']).optional(),
  currency: text.optional(),
  customer: id,
  days_until_due: integer.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  pending_invoice_items_behavior: z.enum(['include', 'exclude']).optional(),
  subscription: id.optional(),
});

function create(world: World, given: z.output<typeof creation>): object {
  const customer = customerOf(world, given.customer, 'customer');
  const subscription = given.subscription
    ? subscriptionOf(world, given.subscription, 'subscription')
    : null;
  const now = world.now(customer.test_clock);
  const includes = subscription !== null || given.pending_invoice_items_behavior === 'include';
  const pending = world.all('invoiceitem').filter((it) => {
    const owner = it.parent?.subscription_details?.subscription ?? null;
    const belongs = owner === (subscription?.id ?? null);
    return includes && it.customer === customer.id && it.invoice === null && belongs;
  });
  return createDraft(world, {
    customer,
    subscription,
    reason: 'manual',
    period: { start: now, end: now },
    autoAdvance: given.auto_advance ?? false,
    description: given.description,
    metadata: mergeMetadata(null, given.metadata),
    collection: {
      method: given.collection_method ?? 'charge_automatically',
      daysUntilDue: given.days_until_due ?? null,
    },
    lines: (invoice) => pending.map((it) => billItem(world, invoice, it)),
  });
}

export function invoiceOf(world: World, invoice: string, param = 'id'): InvoiceRow {
  const row = world.get('invoice', invoice);
  if (!row) throw missing('invoice', invoice, param);
  return row;
}

const payment = z.strictObject({
  forgive: flag.optional(),
  off_session: flag.optional(),
  paid_out_of_band: flag.optional(),
  payment_method: id.optional(),
});

function pay(world: World, given: z.output<typeof payment>, row: InvoiceRow): object {
  if (row.status === 'paid') {
    throw invalid('Invoice is already paid', undefined, 'invoice_already_paid');
  }
  if (row.status === 'void') throw invalid('Voided invoices cannot be paid.', 'invoice');
  const open = row.status === 'draft' ? finalize(world, row) : row;
  if (given.paid_out_of_band) settle(world, markPaid(world, open, true));
  else {
    payOrThrow(world, open, {
      automatic: false,
      present: given.off_session === false,
      paymentMethod: given.payment_method,
    });
  }
  return world.need('invoice', row.id);
}

function removeDraft(world: World, row: InvoiceRow): object {
  if (row.status !== 'draft' || row.parent) {
    throw invalid('You can only delete draft invoices that were made by hand.', 'invoice');
  }
  for (const item of world.all('invoiceitem')) {
    if (item.invoice === row.id) world.remove('invoiceitem', item.id);
  }
  world.remove('invoice', row.id);
  emit(world, 'invoice.deleted', row);
  return { id: row.id, object: 'invoice', deleted: true };
}

const change = z.strictObject({
  auto_advance: flag.optional(),
  default_payment_method: emptyable(id).optional(),
  description: emptyable(text).optional(),
  metadata: metadata.optional(),
});

const nothing = z.strictObject({});
const invoiceStatus = z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']);

/** A route on one invoice. */
function onInvoice<T extends z.ZodType>(
  action: string,
  schema: T,
  act: (world: World, row: InvoiceRow, given: z.output<T>) => object,
): ReturnType<typeof route> {
  return route('POST', `/v1/invoices/:id/${action}`, schema, (world, given, ids) =>
    act(world, invoiceOf(world, ids['id'] ?? ''), given),
  );
}

export const invoiceRoutes = [
  route('POST', '/v1/invoices', creation, create),
  route(
    'GET',
    '/v1/invoices',
    z.strictObject({
      ...paging,
      collection_method: text.optional(),
      created,
      customer: id.optional(),
      status: invoiceStatus.optional(),
      subscription: id.optional(),
    }),
    (world, given) => {
      const found = world
        .all('invoice')
        .reverse()
        .filter(
          (it) =>
            (!given.customer || it.customer === given.customer) &&
            (!given.status || it.status === given.status) &&
            (!given.subscription ||
              it.parent?.subscription_details?.subscription === given.subscription) &&
            isWithin(it.created, given.created),
        );
      return page(found, given, '/v1/invoices');
    },
  ),
  route('GET', '/v1/invoices/:id', nothing, (world, _given, ids) =>
    invoiceOf(world, ids['id'] ?? ''),
  ),
  route('GET', '/v1/invoices/:id/lines', z.strictObject(paging), (world, given, ids) => {
    const row = invoiceOf(world, ids['id'] ?? '');
    return page(linesOf(row), given, `/v1/invoices/${row.id}/lines`);
  }),
  route('POST', '/v1/invoices/:id', change, (world, given, ids) => {
    const row = invoiceOf(world, ids['id'] ?? '');
    const { metadata: meta, ...plain } = given;
    const merged = { metadata: mergeMetadata(row.metadata, meta) };
    return changeRow(world, row, { ...withoutUndefined(plain), ...merged }, 'invoice.updated');
  }),
  route('DELETE', '/v1/invoices/:id', nothing, (world, _given, ids) =>
    removeDraft(world, invoiceOf(world, ids['id'] ?? '')),
  ),
  onInvoice('finalize', z.strictObject({ auto_advance: flag.optional() }), (world, row, given) => {
    const advance = given.auto_advance ?? row.auto_advance ?? false;
    return finalize(world, world.put({ ...row, auto_advance: advance }));
  }),
  onInvoice('pay', payment, (world, row, given) => pay(world, given, row)),
  onInvoice('void', nothing, voidInvoice),
  onInvoice('mark_uncollectible', nothing, (world, row) =>
    markUncollectible(world, row, 'user_forgiven'),
  ),
];
