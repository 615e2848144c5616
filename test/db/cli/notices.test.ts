/** Promise: operators set thresholds, keep endpoints, and see and replay notices; a secret is shown once. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { parseNotice } from '../../../core/contract/notice.schema';
import { openLedger } from '../../../ledger/open-ledger';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { readCliJson, runCli } from './run-cli';

const NOBODY = '00000000-0000-0000-0000-000000000000';
const URL = 'https://receiver.example/notices';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await read('account', 'open', 'acme');
});
afterEach(() => database.query('truncate tollgate.notices, tollgate.endpoints cascade'));
afterAll(() => database.drop());

// What is read is checked against what it must look like.
const read = (...args: string[]) =>
  readCliJson(args, { databaseUrl: database.url }) as Promise<Record<string, string>>;
const run = (...args: string[]) => runCli(args, { databaseUrl: database.url });

/** Writes a notice of kind credits.out; resolves with nothing. */
async function tell(key: string): Promise<void> {
  const ledger = await openLedger({ connectionString: database.url, lanes: 1 });
  const data = { account: 'acme', available: '0', needed: '4' };
  await ledger.recordNotice({ key, kind: 'credits.out', data });
  await ledger.close();
}

it('sets, lists and clears thresholds', async () => {
  expect(await read('notify', 'set', 'acme', '3', '20')).toEqual({
    account: 'acme',
    thresholds: [
      { amount: '20', below: true },
      { amount: '3', below: false },
    ],
  });
  const { stdout } = await run('notify', 'list', 'acme');
  expect(stdout).toBe('THRESHOLD  AVAILABLE IS\n       20  below\n        3  not below\n');
  expect(await read('notify', 'clear', 'acme')).toEqual({ account: 'acme', thresholds: [] });
});

it('shows the secret of an endpoint when it is made, and never again', async () => {
  const { secret = '', ...endpoint } = await read(
    'webhook',
    'add',
    URL,
    '--account',
    'acme',
    '--kind',
    'credits.low',
    '--kind',
    'credits.out',
  );
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(endpoint).toMatchObject({
    url: URL,
    account: 'acme',
    kinds: ['credits.low', 'credits.out'],
    pending: 0,
  });
  const { secret: next = '' } = await read('webhook', 'rotate', endpoint.id ?? '');
  const { stdout } = await run('webhook', 'list');
  expect(stdout).toMatch(/acme +credits\.low, credits\.out +served +0 +0\n$/);
  expect(stdout + JSON.stringify(await read('webhook', 'list'))).not.toContain('whsec_');
  expect(next).not.toBe(secret);
});

it('disables, enables and removes an endpoint', async () => {
  const { id = '' } = await read('webhook', 'add', URL);
  expect(await read('webhook', 'disable', id)).toMatchObject({ disabled: 'operator' });
  expect(await read('webhook', 'enable', id)).not.toHaveProperty('disabled');
  expect((await run('webhook', 'remove', id)).status).toBe(0);
  expect((await run('webhook', 'remove', id)).status).toBe(51);
});

it('tests an endpoint with a signed notice, and says what it answered', async () => {
  let status = 204;
  let received: { body: string; headers: Record<string, string> } | undefined;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received = { body, headers: request.headers as Record<string, string> };
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // It listens on a port.
  const { id = '', secret = '' } = await read('webhook', 'add', `http://127.0.0.1:${port}/`);
  expect(await read('webhook', 'test', id)).toEqual({ endpoint: id, status: 204 });
  if (!received) throw new Error('nothing was received');
  new Webhook(secret).verify(received.body, received.headers);
  expect(parseNotice(received.body)).toMatchObject({
    type: 'endpoint.test',
    data: { endpoint: id },
  });
  status = 500;
  const refused = await run('webhook', 'test', id);
  server.closeAllConnections();
  server.close();
  expect(refused).toMatchObject({ status: 65, stderr: expect.stringContaining('answer=500') });
});

it('lists notices with their deliveries, and replays them', async () => {
  await read('webhook', 'add', URL);
  await tell('first');
  await tell('second');
  const { stdout } = await run('notices', 'list', '--account', 'acme', '--state', 'pending');
  expect(stdout).toMatch(/credits\.out +acme +1 pending +[0-9a-f-]{36}\n$/);
  expect(await read('notices', 'list', '--limit', '1')).toMatchObject({
    notices: [{ kind: 'credits.out', data: { needed: '4' }, deliveries: [{ attempts: 0 }] }],
    next: expect.any(String),
  });
  expect(await read('notices', 'replay', '--since', '2020-01-01')).toEqual({ queued: 0 });
  await read('webhook', 'add', URL);
  const replayed = await run('notices', 'replay', '--since', '2020-01-01');
  expect(replayed.stdout).toBe('Queued 2 deliveries.\n');
});

it.each([
  ['a threshold of nothing', ['notify', 'set', 'acme', '0'], 'AMOUNT_INVALID'],
  ['plain http over a network', ['webhook', 'add', 'http://example.com/'], 'INPUT_INVALID'],
  ['another protocol', ['webhook', 'add', 'ftp://example.com/'], 'INPUT_INVALID'],
  ['a password in a URL', ['webhook', 'add', 'https://a:b@example.com/'], 'INPUT_INVALID'],
  ['what is no URL', ['webhook', 'add', 'example'], 'INPUT_INVALID'],
  ['a kind that is none', ['webhook', 'add', URL, '--kind', 'credits.lost'], 'INPUT_INVALID'],
  ['an account that is none', ['webhook', 'add', URL, '--account', 'nobody'], 'ACCOUNT_UNKNOWN'],
  ['an endpoint that is none', ['webhook', 'rotate', NOBODY], 'ENDPOINT_UNKNOWN'],
  ['an id that is none', ['webhook', 'test', 'first'], 'ENDPOINT_UNKNOWN'],
  ['a notice that is none', ['notices', 'replay', NOBODY], 'NOTICE_UNKNOWN'],
  ['a replay of nothing in particular', ['notices', 'replay'], 'INPUT_INVALID'],
  ['a state that is none', ['notices', 'list', '--state', 'lost'], 'INPUT_INVALID'],
])('refuses %s', async (_name, args, code) => {
  const { status, stderr } = await run(...args);
  expect(status).toBeGreaterThan(0);
  expect(stderr).toMatch(new RegExp(`^${code}: `));
});

it('allows plain http where that is asked for', async () => {
  const added = await read('webhook', 'add', 'http://receiver.internal/', '--allow-http');
  expect(added).toMatchObject({ url: 'http://receiver.internal/' });
});
