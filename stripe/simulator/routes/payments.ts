/** Money that moved: payment intents, charges, invoice payments, refunds, disputes. */
import { z } from 'zod';
import { answerDispute, closeDispute } from '../engine/disputes';
import { refundCharge } from '../engine/refunds';
import type { ChargeRow, DisputeRow, Rows, Table } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { isWithin, page } from '../wire/lists';
import { created, flag, id, integer, mergeMetadata, metadata, paging, text } from '../wire/params';
import { type Route, route } from '../wire/route';

const refund = z.strictObject({
  amount: integer.optional(),
  charge: id.optional(),
  metadata: metadata.optional(),
  payment_intent: id.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});

function chargeFor(world: World, given: z.output<typeof refund>): ChargeRow {
  if (given.charge) return find(world, 'charge', given.charge, 'charge');
  if (!given.payment_intent) {
    throw invalid(
      'One of the following params should be provided for this request: payment_intent or charge.',
      undefined,
      'parameter_missing',
    );
  }
  const intent = find(world, 'payment_intent', given.payment_intent, 'payment_intent');
  const charge = world.get('charge', intent.latest_charge);
  if (intent.status === 'succeeded' && charge) return charge;
  throw invalid(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`);
}

function find<T extends Table>(world: World, table: T, wanted: string, param = 'id'): Rows[T] {
  const row = world.get(table, wanted);
  if (!row) throw missing(table, wanted, param);
  return row;
}

const nothing = z.strictObject({});

function reads(path: string, table: Table): Route {
  return route('GET', `${path}/:id`, nothing, (world, _given, ids) =>
    find(world, table, ids['id'] ?? ''),
  );
}

const links = {
  ...paging,
  created,
  charge: id.optional(),
  customer: id.optional(),
  payment_intent: id.optional(),
};

function lists(path: string, table: 'payment_intent' | 'charge' | 'refund' | 'dispute'): Route {
  return route('GET', path, z.strictObject(links), (world, given) => {
    const found = world
      .all(table)
      .reverse()
      .filter(
        (it) =>
          isWithin(it.created, given.created) &&
          matches(it, 'customer', given.customer) &&
          matches(it, 'charge', given.charge) &&
          matches(it, 'payment_intent', given.payment_intent),
      );
    return page(found, given, path);
  });
}

function matches(row: object, key: string, wanted: string | undefined): boolean {
  return wanted === undefined || Reflect.get(row, key) === wanted;
}

const invoicePayments = z.strictObject({
  ...paging,
  created,
  invoice: id.optional(),
  payment: z
    .strictObject({ type: z.enum(['payment_intent']), payment_intent: id.optional() })
    .optional(),
  status: z.enum(['canceled', 'open', 'paid']).optional(),
});

export const paymentRoutes = [
  reads('/v1/payment_intents', 'payment_intent'),
  lists('/v1/payment_intents', 'payment_intent'),
  reads('/v1/charges', 'charge'),
  lists('/v1/charges', 'charge'),
  reads('/v1/invoice_payments', 'invoice_payment'),
  route('GET', '/v1/invoice_payments', invoicePayments, (world, given) => {
    const found = world
      .all('invoice_payment')
      .reverse()
      .filter(
        (it) =>
          (!given.invoice || it.invoice === given.invoice) &&
          (!given.status || it.status === given.status) &&
          (!given.payment?.payment_intent ||
            it.payment.payment_intent === given.payment.payment_intent) &&
          isWithin(it.created, given.created),
      );
    return page(found, given, '/v1/invoice_payments');
  }),
  route('POST', '/v1/refunds', refund, (world, given) =>
    refundCharge(world, chargeFor(world, given), {
      amount: given.amount ?? null,
      reason: given.reason ?? null,
      metadata: mergeMetadata(null, given.metadata),
    }),
  ),
  reads('/v1/refunds', 'refund'),
  lists('/v1/refunds', 'refund'),
  reads('/v1/disputes', 'dispute'),
  lists('/v1/disputes', 'dispute'),
  route(
    'POST',
    '/v1/disputes/:id',
    z.strictObject({
      evidence: z.strictObject({ uncategorized_text: text.optional() }).optional(),
      metadata: metadata.optional(),
      submit: flag.optional(),
    }),
    (world, given, ids) => {
      const row: DisputeRow = find(world, 'dispute', ids['id'] ?? '');
      const kept = world.put({ ...row, metadata: mergeMetadata(row.metadata, given.metadata) });
      const words = given.evidence?.uncategorized_text;
      return words === undefined ? kept : answerDispute(world, kept, words);
    },
  ),
  route('POST', '/v1/disputes/:id/close', nothing, (world, _given, ids) =>
    closeDispute(world, find(world, 'dispute', ids['id'] ?? ''), 'lost'),
  ),
];
