/** `/v1/payment_methods`: test cards, attached to customers. */
import { z } from 'zod';
import { attachCard, createCard, findTestCard } from '../engine/cards';
import { emit } from '../state/events';
import type { PaymentMethodRow } from '../state/rows';
import type { World } from '../state/world';
import { cardRefusal, invalid, missing } from '../wire/errors';
import { declineOf } from '../engine/declines';
import { page } from '../wire/lists';
import { id, integer, mergeMetadata, metadata, paging, text } from '../wire/params';
import { route } from '../wire/route';
import { customerOf } from './customers';

const creation = z.strictObject({
  type: z.enum(['card']),
  card: z.strictObject({
    number: text.optional(),
    token: text.optional(),
    exp_month: integer.optional(),
    exp_year: integer.optional(),
    cvc: text.optional(),
  }),
  billing_details: z.strictObject({ email: text.optional(), name: text.optional() }).optional(),
  metadata: metadata.optional(),
});

function create(world: World, given: z.output<typeof creation>): object {
  const { number, token, exp_month: month = 12, exp_year: year = 2036 } = given.card;
  const wanted = number ?? token;
  const card = wanted ? findTestCard(wanted) : undefined;
  if (!card && token) throw invalid(`No such token: '${token}'`, 'card[token]', 'resource_missing');
  if (!card) throw cardRefusal(declineOf('incorrect_number'));
  const row = createCard(world, card, { month, year });
  return world.put({
    ...row,
    billing_details: {
      ...row.billing_details,
      email: given.billing_details?.email ?? null,
      name: given.billing_details?.name ?? null,
    },
    metadata: mergeMetadata(null, given.metadata),
  });
}

export function methodOf(world: World, method: string, param = 'id'): PaymentMethodRow {
  const row = world.get('payment_method', method);
  if (!row) throw missing('PaymentMethod', method, param);
  return row;
}

/** A card that leaves its customer is nobody's default any more. */
function detach(world: World, row: PaymentMethodRow): PaymentMethodRow {
  const customer = world.get('customer', row.customer);
  if (!customer) {
    throw invalid(
      `The payment method you provided is not attached to a customer so detachment is impossible.`,
    );
  }
  if (customer.invoice_settings.default_payment_method === row.id) {
    const settings = { ...customer.invoice_settings, default_payment_method: null };
    world.put({ ...customer, invoice_settings: settings });
  }
  for (const subscription of world.all('subscription')) {
    if (subscription.default_payment_method !== row.id) continue;
    world.put({ ...subscription, default_payment_method: null });
  }
  const detached = world.put({ ...row, customer: null });
  emit(world, 'payment_method.detached', detached, { customer: customer.id });
  return detached;
}

const nothing = z.strictObject({});
const listing = { ...paging, type: z.enum(['card']).optional() };

function cardsOf(world: World, customer: string): PaymentMethodRow[] {
  return world
    .all('payment_method')
    .filter((it) => it.customer === customer)
    .reverse();
}

export const paymentMethodRoutes = [
  route('POST', '/v1/payment_methods', creation, create),
  route('GET', '/v1/payment_methods/:id', nothing, (world, _given, ids) =>
    methodOf(world, ids['id'] ?? ''),
  ),
  route(
    'POST',
    '/v1/payment_methods/:id',
    z.strictObject({ metadata: metadata.optional() }),
    (world, given, ids) => {
      const row = methodOf(world, ids['id'] ?? '');
      return world.put({ ...row, metadata: mergeMetadata(row.metadata, given.metadata) });
    },
  ),
  route(
    'POST',
    '/v1/payment_methods/:id/attach',
    z.strictObject({ customer: id }),
    (world, given, ids) => {
      const { id: customer } = customerOf(world, given.customer, 'customer');
      const row = attachCard(world, ids['id'] ?? '', customer);
      emit(world, 'payment_method.attached', row);
      return row;
    },
  ),
  route('POST', '/v1/payment_methods/:id/detach', nothing, (world, _given, ids) =>
    detach(world, methodOf(world, ids['id'] ?? '')),
  ),
  route(
    'GET',
    '/v1/payment_methods',
    z.strictObject({ ...listing, customer: id }),
    (world, given) => page(cardsOf(world, given.customer), given, '/v1/payment_methods'),
  ),
  route(
    'GET',
    '/v1/customers/:id/payment_methods',
    z.strictObject(listing),
    (world, given, ids) => {
      const { id: customer } = customerOf(world, ids['id'] ?? '');
      return page(cardsOf(world, customer), given, `/v1/customers/${customer}/payment_methods`);
    },
  ),
  route('GET', '/v1/customers/:id/payment_methods/:method', nothing, (world, _given, ids) => {
    const row = methodOf(world, ids['method'] ?? '');
    if (row.customer !== ids['id']) throw missing('PaymentMethod', row.id);
    return row;
  }),
];
