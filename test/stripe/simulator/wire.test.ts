/** The wire is Stripe's: keys, forms, errors, idempotency, lists, expansion, metadata. */
import Stripe from 'stripe';
import { refuseProduction } from '../../../stripe/simulator/start';
import { openAccount, openShop, type Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${shop.simulator.url}${path}`, {
    method: 'POST',
    body,
    headers: {
      authorization: 'Bearer sk_test_x',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
  });

test.each(['', 'Bearer sk_live_abc', 'Bearer pk_test_abc', 'Basic c2tfbGl2ZV9hYmM6'])(
  'the key %p is refused',
  async (authorization) => {
    const answer = await post('/v1/customers', '', { authorization });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('request-id')).toMatch(/^req_/);
  },
);

test.each([
  ['an unknown parameter', 'nane=x', 'parameter_unknown', 'nane'],
  [
    'an unknown nested parameter',
    'address[city]=a&address[town]=b',
    'parameter_unknown',
    'address[town]',
  ],
  ['a word for a number', 'balance=many', 'parameter_invalid_integer', 'balance'],
])('%s is refused by name', async (_what, body, code, param) => {
  const answer = await post('/v1/customers', body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    error: { type: 'invalid_request_error', code, param },
  });
});

test('a missing parameter is named', async () => {
  const answer = await post('/v1/subscriptions', 'items[0][price]=price_1');
  expect(await answer.json()).toMatchObject({
    error: { code: 'parameter_missing', param: 'customer' },
  });
});

test('what is not there is a 404, and a 400 where it is a parameter', async () => {
  await expect(shop.stripe.customers.retrieve('cus_none')).rejects.toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
    message: "No such customer: 'cus_none'",
  });
  const items = [{ price: shop.prices['ten'] as string }];
  await expect(
    shop.stripe.subscriptions.create({ customer: 'cus_none', items }),
  ).rejects.toMatchObject({ statusCode: 400, param: 'customer' });
});

test('the same key gives the same answer once more, and refuses another request', async () => {
  const idempotencyKey = 'once';
  const first = await shop.stripe.customers.create({ name: 'A' }, { idempotencyKey });
  const again = await shop.stripe.customers.create({ name: 'A' }, { idempotencyKey });
  expect(again.id).toBe(first.id);
  expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
  await expect(
    shop.stripe.customers.create({ name: 'B' }, { idempotencyKey }),
  ).rejects.toMatchObject({ statusCode: 400, type: 'StripeIdempotencyError' });
});

test('a key that is in use is a 409', async () => {
  await shop.control('faults/api', { status: 200, delayMs: 300, path: '/v1/products' });
  const headers = { 'idempotency-key': 'busy' };
  const slow = post('/v1/products', 'name=A', headers);
  // The delayed request holds the key from its arrival.
  let second = await post('/v1/products', 'name=A', headers);
  while (second.status === 200 && second.headers.get('idempotent-replayed') === null) {
    second = await post('/v1/products', 'name=A', headers);
  }
  expect([(await slow).status, second.status].sort()).toEqual([200, 409]);
});

test('a lost answer took effect, and its key brings it back', async () => {
  const retrying = new Stripe('sk_test_shop', {
    host: shop.simulator.host,
    port: shop.simulator.port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
  });
  const before = (await shop.stripe.customers.list({ limit: 100 })).data.length;
  await shop.control('faults/api', { status: 503, afterCommit: true, path: '/v1/customers' });
  const params = { name: 'Lost' };
  const options = { idempotencyKey: 'lost' };
  await expect(retrying.customers.create(params, options)).rejects.toMatchObject({
    statusCode: 503,
  });
  // Stripe keeps a server failure under its key too.
  await expect(retrying.customers.create(params, options)).rejects.toMatchObject({
    statusCode: 503,
  });
  expect((await shop.stripe.customers.list({ limit: 100 })).data).toHaveLength(before + 1);
});

test('a list is newest first and pages by cursor in both directions', async () => {
  const made: string[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    made.unshift((await shop.stripe.products.create({ name })).id);
  }
  const first = await shop.stripe.products.list({ limit: 2 });
  expect(first.data.map((it) => it.id)).toEqual(made.slice(0, 2));
  expect(first.has_more).toBe(true);
  const second = await shop.stripe.products.list({ limit: 2, starting_after: made[1] as string });
  expect(second.data.map((it) => it.id)).toEqual(made.slice(2, 4));
  const back = await shop.stripe.products.list({ limit: 2, ending_before: made[2] as string });
  expect(back.data.map((it) => it.id)).toEqual(made.slice(0, 2));
});

test('metadata is merged, an empty value removes its key, an empty string all', async () => {
  const { id } = await shop.stripe.customers.create({ metadata: { a: '1', b: '2' } });
  const merged = await shop.stripe.customers.update(id, { metadata: { b: '', c: '3' } });
  expect(merged.metadata).toEqual({ a: '1', c: '3' });
  const emptied = await shop.stripe.customers.update(id, { metadata: '' });
  expect(emptied.metadata).toEqual({});
});

test('links are expanded as deep as asked, and only where there are links', async () => {
  const { customer } = await openAccount(shop);
  const items = [{ price: shop.prices['ten'] as string }];
  const subscription = await shop.stripe.subscriptions.create({
    customer,
    items,
    expand: ['customer', 'latest_invoice.payments.data.payment.payment_intent.latest_charge'],
  });
  expect(subscription.customer).toMatchObject({ object: 'customer', id: customer });
  const invoice = subscription.latest_invoice as Stripe.Invoice;
  const intent = invoice.payments?.data[0]?.payment.payment_intent as Stripe.PaymentIntent;
  expect(intent.latest_charge).toMatchObject({ object: 'charge', paid: true });
  await expect(
    shop.stripe.subscriptions.retrieve(subscription.id, { expand: ['nobody'] }),
  ).rejects.toMatchObject({ statusCode: 400 });
});

test('a lookup key belongs to one price until it is handed over', async () => {
  const { product, ...wanted } = {
    product: (await shop.stripe.products.create({ name: 'P' })).id,
    currency: 'usd',
    unit_amount: 100,
    lookup_key: 'key',
  };
  const first = await shop.stripe.prices.create({ product, ...wanted });
  await expect(shop.stripe.prices.create({ product, ...wanted })).rejects.toMatchObject({
    statusCode: 400,
    param: 'lookup_key',
  });
  const second = await shop.stripe.prices.create({ product, ...wanted, transfer_lookup_key: true });
  const found = await shop.stripe.prices.list({ lookup_keys: ['key'] });
  expect(found.data.map((it) => it.id)).toEqual([second.id]);
  expect((await shop.stripe.prices.retrieve(first.id)).lookup_key).toBeNull();
});

test('it does not start where real money is meant', () => {
  expect(() => refuseProduction({ NODE_ENV: 'production' })).toThrow('NODE_ENV=production');
  expect(() => refuseProduction({ STRIPE_SECRET_KEY: 'sk_live_abc' })).toThrow('live Stripe key');
  expect(() => refuseProduction({ STRIPE_SECRET_KEY: 'sk_test_abc' })).not.toThrow();
});
