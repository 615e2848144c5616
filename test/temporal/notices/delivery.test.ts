/**
 * The promise: every notice reaches every endpoint that asks for it, signed, in the order of its account,
 * whatever receivers and workers do meanwhile; and one endpoint never waits for another.
 */
import { credits, type RunningTollgate } from '../../../index';
import { eventually } from '../../support/eventually';
import { endPrograms, startProgram, type Program } from '../../support/program';
import { openNoticeHouse, whenReceived, whenSettled, type NoticeHouse } from './notice-house';
import type { TollgateArgument } from './programs/tollgate';
import { startReceiver, verify, type Delivery } from './receiver';

let house: NoticeHouse;
let tollgate: RunningTollgate | undefined;
beforeAll(async () => (house = await openNoticeHouse()));
afterEach(async () => {
  await endPrograms();
  await tollgate?.stop();
  tollgate = undefined;
  await house.database.query('delete from tollgate.endpoints');
});
afterAll(() => house.close());

const start = async (): Promise<void> => void (tollgate = await house.startTollgate());

/** Another worker, in a process of its own. */
async function startProcess(): Promise<Program> {
  const argument: TollgateArgument = {
    temporalAddress: house.temporal.address,
    databaseUrl: house.database.url,
    taskQueue: house.taskQueue,
  };
  const program = startProgram(require.resolve('./programs/tollgate'), argument);
  await program.receive('ready');
  return program;
}

/** What each credits.out says was needed: 1, 2, 3 … over the whole file. */
const order = (deliveries: readonly Delivery[]): number[] =>
  deliveries.map(({ notice }) => ('needed' in notice.data ? Number(notice.data.needed) : NaN));

const isAscending = (numbers: readonly number[]): boolean =>
  numbers.every((each, place) => place === 0 || each > (numbers[place - 1] ?? 0));

test('a crossed threshold is found and delivered, signed, in the documented shape', async () => {
  const account = await house.fund('30');
  const { receiver, secret } = await house.listen(account);
  await house.ledger.setThresholds(account, [credits('20')]);
  await start();
  await house.ledger.revoke({ account, key: 'test', amount: credits('15') });
  const [delivery] = await whenReceived(receiver, 1);
  if (!delivery) throw new Error('nothing was received');
  verify(delivery, secret);
  expect(delivery.notice).toEqual({
    type: 'credits.low',
    version: 1,
    timestamp: expect.stringMatching(/Z$/),
    data: { account, threshold: '20', available: '15' },
  });
  expect(delivery.headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-signature': expect.stringMatching(/^v1,\S+$/),
  });
  const [notice] = await house.ledger.listNotices({ account });
  expect(delivery.id).toBe(notice?.id);
});

test('the notices of an account arrive one at a time, in order', async () => {
  const account = await house.fund();
  const { receiver } = await house.listen(account);
  await house.tell(account, 12);
  await start();
  expect(await whenSettled(house.ledger, account)).toEqual(Array(12).fill('delivered'));
  expect(receiver.received).toHaveLength(12);
  expect(isAscending(order(receiver.received))).toBe(true);
});

test.each([
  ['answers 500', 500],
  ['answers 404', 404],
  ['redirects', 302],
  ['does not answer', 'never'],
] as const)('a receiver that %s gets the notice again, under the same id', async (_what, reply) => {
  const account = await house.fund();
  const { receiver, secret } = await house.listen(account);
  receiver.answer((_delivery, nth) => (nth <= 3 ? reply : 200));
  await house.tell(account, 2);
  await start();
  expect(await whenSettled(house.ledger, account)).toEqual(['delivered', 'delivered']);
  const ids = receiver.received.map(({ id }) => id);
  expect(ids).toHaveLength(5);
  expect(new Set(ids.slice(0, 4)).size).toBe(1);
  for (const delivery of receiver.received) verify(delivery, secret);
  const [, first] = await house.ledger.listNotices({ account });
  expect(first?.deliveries[0]).toMatchObject({ state: 'delivered', attempts: 4, answer: '200' });
});

test('a receiver that cannot be reached gets its notices when it can', async () => {
  const account = await house.fund();
  const { receiver, endpoint } = await house.listen(account);
  await receiver.close();
  await house.tell(account, 3);
  await start();
  const failing = await eventually(async () => {
    const found = (await house.ledger.listEndpoints()).find(({ id }) => id === endpoint.id);
    return found?.failingSince && found;
  });
  expect(failing.pending).toBe(3);
  const [oldest] = (await house.ledger.listNotices({ account })).slice(-1);
  expect(oldest?.deliveries[0]?.answer).toContain('ECONNREFUSED');
  const back = await startReceiver(Number(new URL(receiver.url).port));
  try {
    expect(await whenSettled(house.ledger, account)).toEqual(Array(3).fill('delivered'));
    expect(isAscending(order(back.received))).toBe(true);
  } finally {
    await back.close();
  }
  const [now] = await house.ledger.listEndpoints();
  expect(now?.failingSince).toBeUndefined();
});

test('a broken endpoint delays no other, and a refused notice no other account', async () => {
  const [account, other] = [await house.fund(), await house.fund()];
  const broken = await house.listen(account);
  broken.receiver.answer(() => 'never');
  const picky = await startReceiver();
  await house.ledger.addEndpoint({ url: picky.url });
  picky.answer(({ notice }) =>
    'account' in notice.data && notice.data.account === account ? 400 : 204,
  );
  const healthy = await house.listen(account);
  await house.tell(account, 5);
  await house.tell(other, 5);
  await start();
  await whenReceived(healthy.receiver, 5);
  expect(isAscending(order(healthy.receiver.received))).toBe(true);
  expect(await whenSettled(house.ledger, other)).toEqual(Array(5).fill('delivered'));
  const pending = await house.ledger.listNotices({ account, state: 'pending' });
  expect(pending).toHaveLength(5);
  await picky.close();
});

test('an endpoint that answers 410 is disabled and keeps what it has not accepted', async () => {
  const account = await house.fund();
  const { receiver, endpoint } = await house.listen(account);
  receiver.answer(() => 410);
  await house.tell(account, 2);
  await start();
  const gone = await eventually(async () => {
    const [found] = await house.ledger.listEndpoints();
    return found?.disabled && found;
  });
  expect(gone).toMatchObject({ disabled: 'gone', pending: 2 });
  receiver.answer(() => 204);
  await house.ledger.setEndpointEnabled(endpoint.id, true);
  expect(await whenSettled(house.ledger, account)).toEqual(['delivered', 'delivered']);
});

test('a notice that nobody accepted for three days is given up, and a replay brings it after all', async () => {
  const account = await house.fund();
  const { receiver, endpoint } = await house.listen(account);
  receiver.answer(() => 503);
  await house.tell(account, 2);
  await house.database.query(
    `update tollgate.deliveries set queued_at = queued_at - interval '3 days' where endpoint = $1`,
    [endpoint.id],
  );
  await start();
  expect(await whenSettled(house.ledger, account)).toEqual(['failed', 'failed']);
  expect(await house.ledger.listEndpoints()).toMatchObject([{ failed: 2 }]);
  const refused = receiver.received.map(({ id }) => id);
  receiver.answer(() => 200);
  expect(await house.ledger.replayNotices({ since: new Date(0), endpoint: endpoint.id })).toBe(2);
  expect(await whenSettled(house.ledger, account)).toEqual(['delivered', 'delivered']);
  expect(receiver.received.slice(2).map(({ id }) => id)).toEqual(refused);
});

test('during a rotation both secrets verify, and afterwards the new one alone', async () => {
  const account = await house.fund();
  const { receiver, endpoint, secret: old } = await house.listen(account);
  const { secret } = await house.ledger.rotateSecret(endpoint.id);
  expect(secret).not.toBe(old);
  await start();
  await house.tell(account);
  const [during] = await whenReceived(receiver, 1);
  if (!during) throw new Error('nothing was received');
  verify(during, old);
  verify(during, secret);
  const { secret: latest } = await house.ledger.rotateSecret(endpoint.id, 0);
  await house.tell(account);
  const [, after] = await whenReceived(receiver, 2);
  if (!after) throw new Error('nothing was received');
  verify(after, latest);
  expect(() => verify(after, old)).toThrow();
  expect(() => verify(after, secret)).toThrow();
});

test('a worker that is killed while a receiver takes its time costs no notice and no order', async () => {
  const account = await house.fund();
  const { receiver } = await house.listen(account);
  receiver.answer((_delivery, nth) => (nth === 2 ? 'never' : 204));
  await house.tell(account, 4);
  const doomed = await startProcess();
  await whenReceived(receiver, 2);
  await doomed.kill();
  await start();
  const states = await eventually(
    async () => {
      const notices = await house.ledger.listNotices({ account });
      const found = notices.flatMap(({ deliveries }) => deliveries.map(({ state }) => state));
      return !found.includes('pending') && found;
    },
    { what: 'Temporal to notice that the worker is gone', deadlineMs: 90_000 },
  );
  expect(states).toEqual(Array(4).fill('delivered'));
  const ids = receiver.received.map(({ id }) => id);
  expect(ids).toHaveLength(5);
  expect(ids[1]).toBe(ids[2]);
  expect(new Set(ids).size).toBe(4);
});

test('two workers that sweep at once send each notice once', async () => {
  const accounts = await Promise.all(Array.from({ length: 6 }, () => house.fund()));
  const receiver = await startReceiver();
  await house.ledger.addEndpoint({ url: receiver.url });
  await start();
  await startProcess();
  try {
    for (const account of accounts) await house.tell(account, 4);
    for (const account of accounts) {
      expect(await whenSettled(house.ledger, account)).toEqual(Array(4).fill('delivered'));
    }
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(24);
    expect(receiver.received).toHaveLength(24);
  } finally {
    await receiver.close();
  }
});
