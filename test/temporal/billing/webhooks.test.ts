/**
 * The promise: what Stripe has signed for us is taken once and is durable when it is answered 2xx; what is
 * forged, stale, too large, cut short or of another mode is refused with its own status, has no effect, and
 * is logged without a secret.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Client } from 'pg';
import { pino } from 'pino';
import Stripe from 'stripe';
import { openServer, type RunningServer } from '../../../server/open-server';
import { WEBHOOK_PATH } from '../../../server/webhook-route';
import { API_VERSION } from '../../../stripe/connection';
import { eventually } from '../../support/eventually';
import { createLog } from '../../../worker/log';
import { openBillingHouse, type BillingHouse, type TestAccount } from '../support/billing-house';

/** Events that one process works on at once. */
const AT_ONCE = 64;
/** In every event, and never in a log. */
const NOTE = 'a-secret-note';
const CODES: Readonly<Record<number, string>> = {
  400: 'WEBHOOK_REFUSED',
  413: 'WEBHOOK_TOO_LARGE',
  422: 'WEBHOOK_FOREIGN',
};

let house: BillingHouse;
let account: TestAccount;
beforeAll(async () => {
  house = await openBillingHouse();
  account = await house.openAccount();
  // Of the account's own events none is on its way any more.
  await house.simulator.settled();
});
const opened: RunningServer[] = [];
afterEach(() => Promise.all(opened.splice(0).map((server) => server.close())));
afterAll(() => house.close());

interface Sending {
  readonly secret?: string;
  /** Seconds before now. */
  readonly age?: number;
  readonly url?: string;
  /** What is sent in place of the body that was signed. */
  readonly sent?: string;
  readonly header?: string;
}

function eventOf(fields: object = {}) {
  const id = `evt_${randomUUID().replaceAll('-', '')}`;
  return {
    id,
    object: 'event',
    type: 'invoice.paid',
    api_version: API_VERSION,
    livemode: false,
    created: 1,
    data: { object: { id: 'in_1', object: 'invoice', customer: account.customer } },
    note: NOTE,
    ...fields,
  };
}

async function send(event: object | string, options: Sending = {}): Promise<number> {
  const payload = typeof event === 'string' ? event : JSON.stringify(event);
  const header =
    options.header ??
    Stripe.webhooks.generateTestHeaderString({
      payload,
      secret: options.secret ?? house.webhook.secret,
      timestamp: Math.floor(Date.now() / 1_000) - (options.age ?? 0),
    });
  const answer = await fetch(options.url ?? house.webhook.url, {
    method: 'POST',
    body: options.sent ?? payload,
    headers: { 'content-type': 'application/json', 'stripe-signature': header },
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function inbox(id: string) {
  const [row] = await house.database.query<{ signalled_at: Date | null; account: string | null }>(
    'select * from tollgate.stripe_events where id = $1',
    [id],
  );
  return row;
}

const large = { data: { object: { id: 'in_1', object: 'invoice', pad: 'x'.repeat(600_000) } } };

it.each<[string, number, () => object | string, Sending]>([
  ['with the wrong secret', 400, eventOf, { secret: 'whsec_wrong' }],
  ['without a signature', 400, eventOf, { header: '' }],
  ['with a signature that cannot be read', 400, eventOf, { header: 'nonsense' }],
  ['that is too old', 400, eventOf, { age: 11 * 60 }],
  ['of the future', 400, eventOf, { age: -11 * 60 }],
  ['that was changed on the way', 400, eventOf, { sent: '{"id":"evt_changed","object":"event"}' }],
  ['that was cut short', 400, eventOf, { sent: '{"id":"evt_1","obj' }],
  ['that is no JSON', 400, () => 'not json', {}],
  ['that is no event', 400, () => ({ hello: 'world' }), {}],
  ['with an id that is none', 400, () => eventOf({ id: 'evt_ or 1=1' }), {}],
  ['that is too large', 413, () => eventOf(large), {}],
  ['of live mode', 422, () => eventOf({ livemode: true }), {}],
  ['of another API version', 422, () => eventOf({ api_version: '2020-08-27' }), {}],
])(
  'refuses an event %s with %i, has not taken it, and logs it without a secret',
  async (_name, status, make, options) => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const server = await open({ log });
    const before = await house.database.query('select id from tollgate.stripe_events');
    const url = `${server.url}${WEBHOOK_PATH}`;
    expect(await send(make(), { ...options, url })).toBe(status);
    expect(await house.database.query('select id from tollgate.stripe_events')).toEqual(before);
    const refusals = lines.filter((line) => line.includes('refused'));
    expect(refusals).toHaveLength(1);
    expect(JSON.parse(refusals[0] ?? '')).toMatchObject({ code: CODES[status] });
    // Nothing of the body but its id, nothing of the signature, nothing of ours.
    for (const word of [NOTE, 'whsec_', 'v1=', account.customer, house.webhook.secret])
      expect(lines.join()).not.toContain(word);
  },
);

it.each([
  ['behind', -300],
  ['ahead of', 300],
])('takes an event where our clock is five minutes %s Stripe’s', async (_how, skew) => {
  const onTheWay = 5;
  const event = eventOf();
  expect(await send(event, { age: skew + onTheWay })).toBe(200);
  expect((await inbox(event.id))?.signalled_at).toBeInstanceOf(Date);
});

it('takes an event once: the second delivery does nothing', async () => {
  const event = eventOf();
  expect(await send(event)).toBe(200);
  const first = await inbox(event.id);
  expect(first?.signalled_at).toBeInstanceOf(Date);
  expect(await send(event)).toBe(200);
  expect(await inbox(event.id)).toEqual(first);
});

it('takes thin events, whose object it has to look up', async () => {
  const id = account.customer;
  const event = {
    id: `evt_${randomUUID().replaceAll('-', '')}`,
    object: 'v2.core.event',
    type: 'v1.customer.updated',
    livemode: false,
    related_object: { id, type: 'customer', url: `/v1/customers/${id}` },
  };
  expect(await send(event)).toBe(200);
  expect(await inbox(event.id)).toMatchObject({ account: expect.any(String) as string });
});

it('keeps events of customers that are nobody here, and tells no workflow', async () => {
  const stranger = await house.sdk.customers.create({ name: 'somebody else' });
  const event = eventOf({
    data: { object: { object: 'invoice', id: 'in_2', customer: stranger.id } },
  });
  expect(await send(event)).toBe(200);
  expect(await inbox(event.id)).toMatchObject({ account: null });
});

it('passes over kinds of events that change nothing', async () => {
  const event = eventOf({ type: 'tax.settings.updated' });
  expect(await send(event)).toBe(200);
  expect(await inbox(event.id)).toBeUndefined();
});

it('accepts both secrets while one is being rolled', async () => {
  const server = await open({ secrets: ['whsec_new', house.webhook.secret] });
  const url = `${server.url}${WEBHOOK_PATH}`;
  expect(await send(eventOf(), { url, secret: 'whsec_new' })).toBe(200);
  expect(await send(eventOf(), { url })).toBe(200);
});

it('answers 503 when the signal fails, and takes the event when it comes again', async () => {
  const lost = house.temporal.createClient({ namespace: 'no-such-namespace' });
  const server = await open({ client: lost });
  const event = eventOf();
  expect(await send(event, { url: `${server.url}${WEBHOOK_PATH}` })).toBe(503);
  expect((await inbox(event.id))?.signalled_at).toBeNull();
  await server.close();
  expect(await send(event)).toBe(200);
  expect((await inbox(event.id))?.signalled_at).toBeInstanceOf(Date);
});

it('asks to come again later while it works on as many events as it takes at once', async () => {
  const server = await open({});
  const url = `${server.url}${WEBHOOK_PATH}`;
  // Nobody can write into the inbox while the lock is held.
  const locking = new Client({ connectionString: house.database.url });
  await locking.connect();
  await locking.query('begin; lock table tollgate.stripe_events in exclusive mode');
  const held = Array.from({ length: AT_ONCE }, () => send(eventOf(), { url }));
  const event = eventOf({ type: 'tax.settings.updated' }); // needs no inbox
  await eventually(async () => (await send(event, { url })) === 503).finally(() => locking.end());
  expect(new Set(await Promise.all(held))).toEqual(new Set([200]));
  expect(await send(event, { url })).toBe(200);
});

it('takes events while others without a signature send as slowly as they can', async () => {
  const server = await open({});
  const { port, host } = new URL(server.url);
  // Each promises a body and never sends the rest of it.
  const slow = Array.from({ length: 3 * AT_ONCE }, () => connect(Number(port), '127.0.0.1'));
  for (const socket of slow) {
    socket.on('error', () => undefined);
    socket.write(`POST ${WEBHOOK_PATH} HTTP/1.1\r\nhost: ${host}\r\n`);
    socket.write('content-type: application/json\r\ncontent-length: 100\r\n\r\n{');
  }
  await Promise.all(slow.map((socket) => once(socket, 'connect')));
  expect(await send(eventOf(), { url: `${server.url}${WEBHOOK_PATH}` })).toBe(200);
  for (const socket of slow) socket.destroy();
});

it('says whether it is well', async () => {
  const health = new URL('/health', house.webhook.url);
  const answer = await fetch(health);
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { ok: true, ledger: true, temporal: true },
  ]);
});

async function open(
  options: Partial<Parameters<typeof openServer>[0]> & { readonly secrets?: readonly string[] },
): Promise<RunningServer> {
  const { secrets = [house.webhook.secret], ...rest } = options;
  const server = await openServer({
    ledger: house.ledger,
    client: house.temporal.client,
    taskQueue: house.taskQueue,
    log: createLog('silent'),
    port: 0,
    stripe: { gateway: house.gateway, webhookSecrets: secrets },
    ...rest,
  });
  opened.push(server);
  return server;
}
