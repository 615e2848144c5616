/** `/v1/invoiceitems`: amounts that wait for the next invoice, or go on a draft. */
import { z } from 'zod';
import { setLines } from '../engine/invoices';
import { billItem, createItem } from '../engine/lines';
import { costOf, priceOf } from '../engine/pricing';
import { changeRow, emit } from '../state/events';
import { linesOf } from '../state/rendering';
import type { InvoiceItemRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { isWithin, page } from '../wire/lists';
import {
  created,
  flag,
  id,
  instant,
  integer,
  mergeMetadata,
  metadata,
  paging,
  quantity,
  text,
} from '../wire/params';
import { route } from '../wire/route';
import { customerOf } from './customers';
import { invoiceOf } from './invoices';
import { subscriptionOf } from './subscriptions';

const creation = z.strictObject({
  amount: integer.optional(),
  currency: z.string().length(3).optional(),
  customer: id,
  description: text.optional(),
  discountable: flag.optional(),
  invoice: id.optional(),
  metadata: metadata.optional(),
  period: z.strictObject({ start: instant, end: instant }).optional(),
  pricing: z.strictObject({ price: id }).optional(),
  quantity: quantity.optional(),
  subscription: id.optional(),
});

function create(world: World, given: z.output<typeof creation>): InvoiceItemRow {
  const customer = customerOf(world, given.customer, 'customer');
  const price = given.pricing ? priceOf(world, given.pricing.price, 'pricing[price]') : null;
  const count = given.quantity ?? 1;
  const amount = price ? costOf(price, count) : given.amount;
  if (amount === undefined) {
    throw invalid('Missing required param: amount.', 'amount', 'parameter_missing');
  }
  const currency = price?.currency ?? given.currency ?? customer.currency ?? 'usd';
  const subscription = given.subscription
    ? subscriptionOf(world, given.subscription, 'subscription').id
    : null;
  const now = world.now(customer.test_clock);
  if (!customer.currency) world.put({ ...customer, currency });
  const item = createItem(world, world.need('customer', customer.id), {
    amount,
    currency,
    description: given.description ?? null,
    period: given.period ?? { start: now, end: now },
    price,
    quantity: count,
    subscription,
    item: null,
    proration: false,
    credited: null,
    metadata: mergeMetadata(null, given.metadata),
  });
  if (!given.invoice) return item;
  const draft = invoiceOf(world, given.invoice, 'invoice');
  if (draft.status !== 'draft') {
    throw invalid('Invoice items can only be added to a draft invoice.', 'invoice');
  }
  setLines(world, draft, [...linesOf(draft), billItem(world, draft.id, item)]);
  return world.need('invoiceitem', item.id);
}

function itemOf(world: World, item: string): InvoiceItemRow {
  const row = world.get('invoiceitem', item);
  if (!row) throw missing('invoiceitem', item);
  return row;
}

function mustWait(row: InvoiceItemRow): InvoiceItemRow {
  if (row.invoice === null) return row;
  throw invalid('Cannot change an invoice item that is attached to an invoice.', 'invoice');
}

export const invoiceItemRoutes = [
  route('POST', '/v1/invoiceitems', creation, create),
  route(
    'GET',
    '/v1/invoiceitems',
    z.strictObject({
      ...paging,
      created,
      customer: id.optional(),
      invoice: id.optional(),
      pending: flag.optional(),
    }),
    (world, given) => {
      const found = world
        .all('invoiceitem')
        .reverse()
        .filter(
          (it) =>
            (!given.customer || it.customer === given.customer) &&
            (!given.invoice || it.invoice === given.invoice) &&
            (given.pending === undefined || given.pending === (it.invoice === null)) &&
            isWithin(it.date, given.created),
        );
      return page(found, given, '/v1/invoiceitems');
    },
  ),
  route('GET', '/v1/invoiceitems/:id', z.strictObject({}), (world, _given, ids) =>
    itemOf(world, ids['id'] ?? ''),
  ),
  route(
    'POST',
    '/v1/invoiceitems/:id',
    z.strictObject({
      amount: integer.optional(),
      description: text.optional(),
      metadata: metadata.optional(),
    }),
    (world, given, ids) => {
      const row = mustWait(itemOf(world, ids['id'] ?? ''));
      const amount = given.amount ?? row.amount;
      return changeRow(
        world,
        row,
        {
          amount,
          net_amount: amount,
          description: given.description ?? row.description,
          metadata: mergeMetadata(row.metadata, given.metadata),
        },
        'invoiceitem.updated',
      );
    },
  ),
  route('DELETE', '/v1/invoiceitems/:id', z.strictObject({}), (world, _given, ids) => {
    const row = mustWait(itemOf(world, ids['id'] ?? ''));
    world.remove('invoiceitem', row.id);
    emit(world, 'invoiceitem.deleted', row);
    return { id: row.id, object: 'invoiceitem', deleted: true };
  }),
];
