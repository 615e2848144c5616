/** `/v1/customers` and the balance of one. */
import { z } from 'zod';
import { moveBalance } from '../engine/balance';
import { attachCard } from '../engine/cards';
import { cancelNow } from '../engine/cancel-subscription';
import { changeRow, emit } from '../state/events';
import type { CustomerRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { isWithin, page } from '../wire/lists';
import {
  created,
  emptyable,
  id,
  integer,
  mergeMetadata,
  metadata,
  paging,
  text,
  withoutUndefined,
} from '../wire/params';
import { route } from '../wire/route';

const address = z.strictObject({
  city: text.optional(),
  country: text.optional(),
  line1: text.optional(),
  line2: text.optional(),
  postal_code: text.optional(),
  state: text.optional(),
});

const fields = {
  address: emptyable(address).optional(),
  balance: integer.optional(),
  description: emptyable(text).optional(),
  email: emptyable(text).optional(),
  invoice_prefix: z
    .string()
    .regex(/^[A-Z0-9]{3,12}$/)
    .optional(),
  invoice_settings: z.strictObject({ default_payment_method: emptyable(id).optional() }).optional(),
  metadata: metadata.optional(),
  name: emptyable(text).optional(),
  phone: emptyable(text).optional(),
};

const creation = z.strictObject({
  ...fields,
  payment_method: id.optional(),
  test_clock: id.optional(),
});

export function customerOf(world: World, customer: string, param = 'id'): CustomerRow {
  const row = world.get('customer', customer);
  if (!row) throw missing('customer', customer, param);
  return row;
}

export function createCustomer(world: World, given: z.output<typeof creation>): CustomerRow {
  const clock = given.test_clock ?? null;
  if (clock && !world.get('test_helpers.test_clock', clock)) {
    throw missing('test_clock', clock, 'test_clock');
  }
  const row = world.put<CustomerRow>({
    id: world.newId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: world.now(clock),
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: world.newId('p').slice(3, 11).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: clock,
  });
  if (given.payment_method) attachCard(world, given.payment_method, row.id);
  const filled = world.put({ ...row, ...changesOf(world, row, given) });
  emit(world, 'customer.created', filled);
  return filled;
}

function changesOf(
  world: World,
  row: CustomerRow,
  given: Partial<z.output<typeof creation>>,
): Partial<CustomerRow> {
  const {
    address: where,
    invoice_settings,
    metadata: meta,
    payment_method: _method,
    test_clock: _clock,
    ...plain
  } = given;
  const method = invoice_settings?.default_payment_method;
  if (method && world.get('payment_method', method)?.customer !== row.id) {
    throw invalid(
      `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
      'invoice_settings[default_payment_method]',
      'resource_missing',
    );
  }
  const empty = {
    city: null,
    country: null,
    line1: null,
    line2: null,
    postal_code: null,
    state: null,
  };
  return {
    ...withoutUndefined(plain),
    ...(where === undefined ? {} : { address: where && { ...empty, ...withoutUndefined(where) } }),
    ...(method === undefined
      ? {}
      : { invoice_settings: { ...row.invoice_settings, default_payment_method: method } }),
    metadata: mergeMetadata(row.metadata ?? {}, meta),
  };
}

function update(
  world: World,
  given: z.output<z.ZodObject<typeof fields>>,
  ids: Record<string, string>,
): object {
  const row = customerOf(world, ids['id'] ?? '');
  const { balance, ...rest } = given;
  if (balance !== undefined && balance !== row.balance) {
    moveBalance(world, row.id, balance - row.balance, { type: 'adjustment' });
  }
  const current = customerOf(world, row.id);
  return changeRow(world, current, changesOf(world, current, rest), 'customer.updated');
}

function remove(world: World, ids: Record<string, string>): object {
  const row = customerOf(world, ids['id'] ?? '');
  for (const subscription of world.all('subscription')) {
    if (subscription.customer !== row.id || subscription.ended_at) continue;
    const details = { invoiceNow: false, prorate: false, comment: null, feedback: null };
    cancelNow(world, subscription, details);
  }
  emit(world, 'customer.deleted', row);
  world.remove('customer', row.id);
  return { id: row.id, object: 'customer', deleted: true };
}

export const customerRoutes = [
  route('POST', '/v1/customers', creation, createCustomer),
  route(
    'GET',
    '/v1/customers',
    z.strictObject({ ...paging, created, email: text.optional(), test_clock: id.optional() }),
    (world, given) => {
      const rows = world.all('customer').reverse();
      const found = rows.filter(
        (it) =>
          // As at Stripe, customers on a test clock are only shown when it is asked for.
          (it.test_clock ?? null) === (given.test_clock ?? null) &&
          (given.email === undefined || it.email === given.email) &&
          isWithin(it.created, given.created),
      );
      return page(found, given, '/v1/customers');
    },
  ),
  route('GET', '/v1/customers/:id', z.strictObject({}), (world, _given, ids) =>
    customerOf(world, ids['id'] ?? ''),
  ),
  route('POST', '/v1/customers/:id', z.strictObject(fields), update),
  route('DELETE', '/v1/customers/:id', z.strictObject({}), (world, _given, ids) =>
    remove(world, ids),
  ),
  route(
    'POST',
    '/v1/customers/:id/balance_transactions',
    z.strictObject({
      amount: integer,
      currency: z.string().length(3),
      description: text.optional(),
      metadata: metadata.optional(),
    }),
    (world, given, ids) => {
      const row = customerOf(world, ids['id'] ?? '');
      if (!row.currency) world.put({ ...row, currency: given.currency });
      return moveBalance(world, row.id, given.amount, {
        type: 'adjustment',
        description: given.description ?? null,
        metadata: mergeMetadata(null, given.metadata),
      });
    },
  ),
  route(
    'GET',
    '/v1/customers/:id/balance_transactions',
    z.strictObject(paging),
    (world, given, ids) => {
      const { id: owner } = customerOf(world, ids['id'] ?? '');
      const rows = world.all('customer_balance_transaction').filter((it) => it.customer === owner);
      return page(rows.reverse(), given, `/v1/customers/${owner}/balance_transactions`);
    },
  ),
];
