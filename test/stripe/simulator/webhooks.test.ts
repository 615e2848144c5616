/**
 * Webhooks are signed as the official package checks them, come again until they are taken, and go wrong
 * in each of the ways that can be asked for.
 */
import Stripe from 'stripe';
import { type Receiver, startReceiver } from './receiver';
import { advanceTo, HOUR, openAccount, openShop, type Shop } from './shop';

const SECRET = 'whsec_test';
const RENEWAL = Date.UTC(2026, 1, 15, 12) / 1000;
const SECOND_RENEWAL = Date.UTC(2026, 2, 15, 12) / 1000;

let shop: Shop;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  shop = await openShop({ webhooks: [{ url: receiver.url, secret: SECRET }] });
  await shop.simulator.settled();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer.clear();
});
afterEach(() => shop.control('faults/clear'));
afterAll(async () => {
  await receiver.stop();
  await shop.close();
});

function read({ body, signature }: { body: string; signature: string }): Stripe.Event {
  return shop.stripe.webhooks.constructEvent(body, signature, SECRET);
}

async function makeProduct(): Promise<void> {
  await shop.stripe.products.create({ name: 'P' });
  await shop.simulator.settled();
}

test('an event passes the official check and holds what the API holds', async () => {
  const product = await shop.stripe.products.create({ name: 'P' });
  await shop.simulator.settled();
  const [event] = receiver.received.map(read);
  expect(event).toMatchObject({ type: 'product.created', data: { object: { id: product.id } } });
  expect(await shop.stripe.events.retrieve(event?.id ?? '')).toMatchObject({ pending_webhooks: 0 });
});

test('a change tells the old values of what changed, and nothing else', async () => {
  const { id } = await shop.stripe.customers.create({ name: 'Old', metadata: { a: '1' } });
  await shop.stripe.customers.update(id, { name: 'New', metadata: { a: '2' } });
  await shop.simulator.settled();
  const changed = receiver.received.map(read).find((it) => it.type === 'customer.updated');
  expect(changed?.data.previous_attributes).toEqual({ name: 'Old', metadata: { a: '1' } });
});

test('what is not taken is listed as undelivered and comes again on request', async () => {
  receiver.answer.set('product.created', 500);
  await makeProduct();
  const open = await shop.stripe.events.list({ delivery_success: false });
  expect(open.data.map((it) => it.type)).toContain('product.created');
  receiver.answer.clear();
  await shop.control('webhooks/resend');
  const left = await shop.stripe.events.list({ delivery_success: false });
  expect(left.data.map((it) => it.type)).not.toContain('product.created');
});

test('duplicates have one id, twins have two', async () => {
  await shop.control('faults/webhooks', { duplicates: 1, twins: true });
  await makeProduct();
  const ids = receiver.received.map(read).map((it) => it.id);
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(2);
});

test('lost events arrive when they are asked for', async () => {
  await shop.control('faults/webhooks', { drop: 1 });
  await makeProduct();
  expect(receiver.received).toEqual([]);
  await shop.control('webhooks/resend');
  expect(receiver.received.map(read).map((it) => it.type)).toContain('product.created');
});

test.each([
  ['a wrong secret', { wrongSecret: true }],
  ['an old timestamp', { ageSeconds: 301 }],
  ['a body cut off', { truncate: true }],
])('%s fails the official check', async (_what, fault) => {
  await shop.control('faults/webhooks', fault);
  await makeProduct();
  const [arrived] = receiver.received;
  if (!arrived) throw new Error('nothing arrived');
  expect(() => read(arrived)).toThrow(Stripe.errors.StripeSignatureVerificationError);
});

test('a second secret is signed with as well while one is rolled', async () => {
  await shop.control('faults/webhooks', { oldSecrets: ['whsec_old'], padBytes: 300_000 });
  await makeProduct();
  const [{ body, signature } = { body: '', signature: '' }] = receiver.received;
  expect(body.length).toBeGreaterThan(300_000);
  for (const secret of [SECRET, 'whsec_old']) {
    expect(() => shop.stripe.webhooks.constructEvent(body, signature, secret)).not.toThrow();
  }
});

test('shuffled events are all there, in another order', async () => {
  const { customer } = await openAccount(shop);
  await shop.simulator.settled();
  receiver.received.length = 0;
  await shop.control('faults/webhooks', { shuffle: true });
  const items = [{ price: shop.prices['ten'] as string }];
  await shop.stripe.subscriptions.create({ customer, items });
  await shop.simulator.settled();
  const arrived = receiver.received.map(read).map((it) => it.id);
  const listed = await shop.stripe.events.list({ limit: arrived.length });
  const made = listed.data.map((it) => it.id).reverse();
  expect([...arrived].sort()).toEqual([...made].sort());
  expect(arrived).not.toEqual(made);
});

test('a thin event names what it is about, and leads to it', async () => {
  const destination = await shop.stripe.v2.core.eventDestinations.create({
    name: 'thin',
    type: 'webhook_endpoint',
    event_payload: 'thin',
    enabled_events: ['v1.product.created'],
    webhook_endpoint: { url: receiver.url },
    include: ['webhook_endpoint.signing_secret'],
  });
  const product = await shop.stripe.products.create({ name: 'P' });
  await shop.simulator.settled();
  const thin = receiver.received.find(({ body }) => body.includes('v2.core.event'));
  const event = shop.stripe.parseEventNotification(
    thin?.body ?? '',
    thin?.signature ?? '',
    destination.webhook_endpoint?.signing_secret ?? '',
  );
  expect(event).toMatchObject({
    type: 'v1.product.created',
    related_object: { id: product.id, type: 'product', url: `/v1/products/${product.id}` },
  });
  expect(JSON.parse(thin?.body ?? '{}')).not.toHaveProperty('data');
});

async function subscribe(): Promise<{ id: string; clock: string }> {
  const { customer, clock } = await openAccount(shop);
  const items = [{ price: shop.prices['ten'] as string }];
  const { id } = await shop.stripe.subscriptions.create({ customer, items });
  await shop.simulator.settled();
  return { id, clock };
}

test('a draft waits for its invoice.created to be taken, 72 hours at most', async () => {
  const { id, clock } = await subscribe();
  receiver.answer.set('invoice.created', 500);
  await advanceTo(shop, clock, RENEWAL + 71 * HOUR);
  const [waiting] = (await shop.stripe.invoices.list({ subscription: id })).data;
  expect(waiting?.status).toBe('draft');
  await advanceTo(shop, clock, RENEWAL + 72 * HOUR);
  expect((await shop.stripe.invoices.retrieve(waiting?.id ?? '')).status).toBe('paid');
});

test('a draft waits for every endpoint that is there, whichever answers last', async () => {
  const { id, clock } = await subscribe();
  const other = await startReceiver();
  try {
    const { webhookEndpoints } = shop.stripe;
    const endpoint = await webhookEndpoints.create({ url: other.url, enabled_events: ['*'] });
    for (const [refusing, renewal] of [
      [receiver, RENEWAL],
      [other, SECOND_RENEWAL],
    ] as const) {
      receiver.answer.clear();
      refusing.answer.set('invoice.created', 500);
      await advanceTo(shop, clock, renewal + 2 * HOUR);
      const [draft] = (await shop.stripe.invoices.list({ subscription: id })).data;
      expect([draft?.created, draft?.status]).toEqual([renewal, 'draft']);
    }
    await webhookEndpoints.del(endpoint.id);
    await advanceTo(shop, clock, SECOND_RENEWAL + 3 * HOUR);
    const [paid] = (await shop.stripe.invoices.list({ subscription: id })).data;
    expect(paid?.status).toBe('paid');
  } finally {
    await other.stop();
  }
});
