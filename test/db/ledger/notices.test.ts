/**
 * The promise: everything an account's owner is to hear of becomes one notice, under whatever crashes
 * and crowds, and is addressed to whoever asks for it; nobody else is told.
 */
import { credits } from '../../../core/contract/credits';
import { parseNotice } from '../../../core/contract/notice.schema';
import type { NoticeView } from '../../../ledger/notice-ledger';
import { openLedger } from '../../../ledger/open-ledger';
import {
  call,
  DAY_MS,
  expectCleanBooks,
  fundedAccount,
  MINUTE_MS,
  NOON,
  openBooks,
  settleOf,
  type Books,
} from './books';

let books: Books;
beforeAll(async () => (books = await openBooks()));
beforeEach(() => books.moveTo(NOON));
afterEach(async () => {
  await books.database.query(
    'truncate tollgate.notices, tollgate.endpoints, tollgate.thresholds, tollgate.shortages cascade',
  );
  await expectCleanBooks(books);
});
afterAll(() => books.close());

const url = 'https://receiver.example/notices';

async function spend(account: string, amount: string): Promise<void> {
  const request = call(account, amount);
  await books.ledger.reserve(request);
  await books.ledger.settle(settleOf(request, amount));
}

const give = (account: string, amount: string, key: string) =>
  books.ledger.grant({ account, amount: credits(amount), key, source: 'top-up' });

/** Kind and threshold of each, oldest first. */
async function told(account: string): Promise<readonly string[]> {
  const notices = await books.ledger.listNotices({ account });
  return notices
    .map(({ kind, data }) => `${kind} ${String(data.threshold ?? '')}`.trim())
    .reverse();
}

describe('a threshold', () => {
  test('tells once that it was crossed, in each direction, every time', async () => {
    const account = await fundedAccount(books, '100');
    await books.ledger.setThresholds(account, [credits('50')]);
    expect(await books.ledger.sweepNotices()).toBe(0);
    await spend(account, '60');
    expect(await books.ledger.sweepNotices()).toBe(1);
    expect(await books.ledger.sweepNotices()).toBe(0);
    await spend(account, '10');
    expect(await books.ledger.sweepNotices()).toBe(0);
    await give(account, '90', 'up');
    await books.ledger.sweepNotices();
    await spend(account, '80');
    await books.ledger.sweepNotices();
    expect(await told(account)).toEqual([
      'credits.low 50',
      'credits.recovered 50',
      'credits.low 50',
    ]);
  });

  test('is exact: as much as it is not below it, a micro-credit less is', async () => {
    const account = await fundedAccount(books, '51');
    await books.ledger.setThresholds(account, [credits('50')]);
    await spend(account, '1');
    expect(await books.ledger.sweepNotices()).toBe(0);
    await spend(account, '0.000001');
    expect(await books.ledger.sweepNotices()).toBe(1);
    const [notice] = await books.ledger.listNotices({ account });
    expect(notice?.data).toEqual({ account, threshold: '50', available: '49.999999' });
  });

  test('tells of several at once in the order in which they were passed', async () => {
    const account = await fundedAccount(books, '100');
    await books.ledger.setThresholds(account, [credits('10'), credits('50'), credits('20')]);
    await spend(account, '95');
    await books.ledger.sweepNotices();
    await give(account, '95', 'up');
    await books.ledger.sweepNotices();
    expect(await told(account)).toEqual([
      'credits.low 50',
      'credits.low 20',
      'credits.low 10',
      'credits.recovered 10',
      'credits.recovered 20',
      'credits.recovered 50',
    ]);
  });

  test('begins on the side on which the account stands, and keeps its side when set again', async () => {
    const account = await fundedAccount(books, '10');
    expect(await books.ledger.setThresholds(account, [credits('50')])).toEqual([
      { amount: credits('50'), below: true },
    ]);
    expect(await books.ledger.sweepNotices()).toBe(0);
    await give(account, '90', 'up');
    await books.ledger.setThresholds(account, [credits('50'), credits('5')]);
    await books.ledger.sweepNotices();
    expect(await told(account)).toEqual(['credits.recovered 50']);
  });

  test('that was removed and set again tells again', async () => {
    const account = await fundedAccount(books, '100');
    for (const key of ['first-time', 'second-time']) {
      await books.ledger.setThresholds(account, [credits('50')]);
      await spend(account, '60');
      await books.ledger.sweepNotices();
      await give(account, '60', key);
      await books.ledger.setThresholds(account, []);
    }
    expect(await told(account)).toEqual(['credits.low 50', 'credits.low 50']);
  });

  test('is crossed by time alone: by an expiry, and by the drip at midnight', async () => {
    const account = 'idle';
    await books.ledger.openAccount(account);
    await books.ledger.grant({
      account,
      amount: credits('20'),
      key: 'trial',
      source: 'trial',
      expiresAt: new Date(NOON.getTime() + MINUTE_MS),
    });
    await books.ledger.setThresholds(account, [credits('8')]);
    books.moveTo(2 * MINUTE_MS);
    await books.ledger.sweepNotices();
    books.moveTo(DAY_MS);
    await books.ledger.sweepNotices();
    expect(await told(account)).toEqual(['credits.low 8', 'credits.recovered 8']);
  });

  test('crossed while many sweep at once is told of once', async () => {
    const sweepers = await Promise.all(
      Array.from({ length: 4 }, () =>
        openLedger({ connectionString: books.database.url, lanes: 1 }),
      ),
    );
    const account = await fundedAccount(books, '1000');
    await books.ledger.setThresholds(account, [credits('500')]);
    for (let round = 0; round < 10; round += 1) {
      if (round % 2 === 0) await spend(account, '600');
      else await give(account, '600', `round ${round}`);
      const written = await Promise.all(sweepers.map((one) => one.sweepNotices()));
      expect(written.reduce((sum, one) => sum + one, 0)).toBe(1);
    }
    expect(await told(account)).toHaveLength(10);
    await Promise.all(sweepers.map((one) => one.close()));
  });

  test.each(['0', '-1'])('cannot stand at %s', async (amount) => {
    const account = await fundedAccount(books, '1');
    await expect(books.ledger.setThresholds(account, [credits(amount)])).rejects.toMatchObject({
      code: 'AMOUNT_INVALID',
    });
  });
});

test('a reservation that lapses is told of once, with whose it was', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  books.moveTo(2 * MINUTE_MS);
  await Promise.all([books.ledger.expireOverdue(), books.ledger.expireOverdue()]);
  const notices = await books.ledger.listNotices({ account });
  expect(notices.map(bodyOf)).toEqual([
    {
      type: 'reservation.lapsed',
      version: 1,
      timestamp: '2026-03-10T12:02:00.000Z',
      data: {
        account,
        run: request.run,
        agent: 'test-agent',
        workflowId: request.facts.workflowId,
        workflowRunId: request.facts.workflowRunId,
        block: 'summarise',
        nth: 1,
        credits: '4',
      },
    },
  ]);
});

test('a reservation that lapses twice is told of twice', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  for (let time = 0; time < 2; time += 1) {
    await books.ledger.reserve({ ...request, claim: BigInt(time + 1) });
    books.moveTo(2 * MINUTE_MS);
    await books.ledger.expireOverdue();
  }
  expect(await told(account)).toEqual(['reservation.lapsed', 'reservation.lapsed']);
});

describe('a shortage', () => {
  const begin = (account: string, needed = '4') =>
    books.ledger.beginShortage({ account, available: '1', needed });

  test('is told of once, and once more when as much as was needed is available', async () => {
    const account = await fundedAccount(books, '1');
    const begun = await Promise.all(Array.from({ length: 4 }, () => begin(account)));
    expect(begun.filter(Boolean)).toHaveLength(1);
    await give(account, '2.999999', 'too little');
    expect(await books.ledger.sweepNotices()).toBe(0);
    expect(await begin(account)).toBe(false);
    await give(account, '0.000001', 'enough');
    expect(await books.ledger.sweepNotices()).toBe(1);
    expect(await books.ledger.sweepNotices()).toBe(0);
    const [back] = await books.ledger.listNotices({ account });
    expect(back && bodyOf(back)).toMatchObject({
      type: 'credits.back',
      data: { account, available: '4', outSince: '2026-03-10T12:00:00.000Z' },
    });
    books.moveTo(MINUTE_MS);
    expect(await begin(account, '9')).toBe(true);
    expect(await told(account)).toEqual(['credits.out', 'credits.back', 'credits.out']);
  });

  test('ends for whoever says so first', async () => {
    const account = await fundedAccount(books, '1');
    await begin(account);
    const ended = await Promise.all([
      books.ledger.endShortage(account),
      books.ledger.endShortage(account),
      books.ledger.sweepNotices(),
    ]);
    expect(ended.filter((one) => one === true)).toHaveLength(1);
    expect(await told(account)).toEqual(['credits.out', 'credits.back']);
  });

  test('ends with the drip, though nobody looks at the account', async () => {
    const account = 'dripping';
    await books.ledger.openAccount(account);
    await spend(account, '5');
    await begin(account);
    books.moveTo(DAY_MS);
    await books.ledger.sweepNotices();
    expect(await told(account)).toEqual(['credits.out', 'credits.back']);
  });
});

test('what is recorded twice under one key is written once', async () => {
  const account = await fundedAccount(books, '10');
  const record = (available: string) =>
    books.ledger.recordNotice({
      key: `out:${account}`,
      kind: 'credits.out',
      data: { account, available, needed: '4' },
    });
  const written = await Promise.all(Array.from({ length: 8 }, () => record('1')));
  expect(written.filter(Boolean)).toHaveLength(1);
  expect(await record('2')).toBe(false);
  expect((await books.ledger.listNotices({ account })).map(({ data }) => data)).toEqual([
    { account, available: '1', needed: '4' },
  ]);
});

test('what does not have the shape of its kind is not recorded', async () => {
  const account = await fundedAccount(books, '10');
  const data = { account, available: '1.1234567', needed: '4' };
  await expect(
    books.ledger.recordNotice({ key: 'misshapen', kind: 'credits.out', data }),
  ).rejects.toMatchObject({ code: 'INPUT_INVALID', message: expect.stringContaining('available') });
  expect(await books.ledger.listNotices()).toEqual([]);
});

test('a notice is addressed to the endpoints that ask for its account and kind, and to no other', async () => {
  const account = await fundedAccount(books, '10');
  const other = await fundedAccount(books, '10');
  const add = async (request: object) =>
    (await books.ledger.addEndpoint({ url, ...request })).endpoint.id;
  const everything = await add({});
  const own = await add({ account, kinds: ['credits.out', 'credits.back'] });
  await add({ account, kinds: ['credits.low'] });
  await add({ account: other });
  const disabled = await add({});
  await books.ledger.setEndpointEnabled(disabled, false);
  await recordOut(account);
  const [notice] = await books.ledger.listNotices();
  expect(notice?.deliveries.map(({ endpoint }) => endpoint).sort()).toEqual(
    [everything, own].sort(),
  );
});

test('of each account the oldest notice is due, and the next when that is done', async () => {
  const accounts = [await fundedAccount(books, '1'), await fundedAccount(books, '1')];
  const { endpoint } = await books.ledger.addEndpoint({ url });
  for (const account of [...accounts, ...accounts]) await recordOut(account);
  const due = await books.ledger.listDueNotices(endpoint.id, 10);
  expect(due).toHaveLength(2);
  const close = (notice: string, state: 'delivered' | 'pending' | 'failed') =>
    books.ledger.closeAttempt({
      endpoint: endpoint.id,
      notice,
      attempt: 1,
      state,
      answer: 'x',
      retryMs: MINUTE_MS,
    });
  await close(due[0] ?? '', 'delivered');
  await close(due[1] ?? '', 'failed');
  await books.ledger.closeAttempt({
    endpoint: endpoint.id,
    notice: due[0] ?? '',
    attempt: 1,
    state: 'pending',
    answer: 'late word',
  });
  const next = await books.ledger.listDueNotices(endpoint.id, 10);
  expect(next).toHaveLength(1);
  await close(next[0] ?? '', 'delivered');
  const rest = await books.ledger.listDueNotices(endpoint.id, 10);
  expect(rest).toHaveLength(1);
  await close(rest[0] ?? '', 'pending');
  expect(await books.ledger.listDueNotices(endpoint.id, 10)).toEqual([]);
  expect(await books.ledger.listDueEndpoints()).toEqual([]);
  books.moveTo(2 * MINUTE_MS);
  expect(await books.ledger.listDueEndpoints()).toEqual([endpoint.id]);
});

test('a late word of an attempt that was given up for lost changes nothing', async () => {
  const account = await fundedAccount(books, '1');
  const { endpoint } = await books.ledger.addEndpoint({ url });
  await recordOut(account);
  const [notice = ''] = await books.ledger.listDueNotices(endpoint.id, 10);
  const close = (attempt: number, state: 'failed' | 'pending') =>
    books.ledger.closeAttempt({ endpoint: endpoint.id, notice, attempt, state, answer: state });
  await close(1, 'pending');
  await close(1, 'failed');
  expect((await books.ledger.listNotices())[0]?.deliveries).toMatchObject([
    { state: 'pending', attempts: 1, answer: 'pending' },
  ]);
});

test('while an endpoint fails, whoever is due longest is tried, so that nobody is held up', async () => {
  const [refused, other] = [await fundedAccount(books, '1'), await fundedAccount(books, '1')];
  const { endpoint } = await books.ledger.addEndpoint({ url });
  for (const account of [refused, other]) await recordOut(account);
  const [first = '', second = ''] = await books.ledger.listDueNotices(endpoint.id, 10);
  const attempt = { endpoint: endpoint.id, notice: first, attempt: 1, answer: '400' };
  await books.ledger.closeAttempt({ ...attempt, state: 'pending', retryMs: 1 });
  books.moveTo(MINUTE_MS);
  expect(await books.ledger.listDueNotices(endpoint.id, 10)).toEqual([second]);
});

test('a replay goes to whoever asks for it now, under the same id, and leaves alone what is pending', async () => {
  const account = await fundedAccount(books, '1');
  await recordOut(account);
  const { endpoint } = await books.ledger.addEndpoint({ url });
  const [notice] = await books.ledger.listNotices();
  const id = notice?.id ?? '';
  expect(await books.ledger.replayNotices({ id })).toBe(1);
  expect(await books.ledger.replayNotices({ since: NOON })).toBe(0);
  const [due = ''] = await books.ledger.listDueNotices(endpoint.id, 10);
  expect(await books.ledger.readDelivery({ endpoint: endpoint.id, notice: due })).toMatchObject({
    id,
  });
  await books.ledger.closeAttempt({
    endpoint: endpoint.id,
    notice: due,
    attempt: 1,
    state: 'failed',
    answer: '500',
  });
  expect(await books.ledger.replayNotices({ since: new Date(NOON.getTime() + 1) })).toBe(0);
  expect(await books.ledger.replayNotices({ since: NOON, account, endpoint: endpoint.id })).toBe(1);
  expect(await books.ledger.listDueNotices(endpoint.id, 10)).toEqual([due]);
  await expect(
    books.ledger.replayNotices({ id: '00000000-0000-0000-0000-000000000000' }),
  ).rejects.toMatchObject({ code: 'NOTICE_UNKNOWN' });
  await expect(books.ledger.replayNotices({ id: 'no-uuid' })).rejects.toMatchObject({
    code: 'NOTICE_UNKNOWN',
  });
});

test('notices are forgotten after 90 days', async () => {
  const account = await fundedAccount(books, '1');
  await recordOut(account);
  books.moveTo(50 * DAY_MS);
  await recordOut(account);
  books.moveTo(50 * DAY_MS);
  await books.ledger.forgetNotices();
  expect(await told(account)).toEqual(['credits.out']);
});

let happenings = 0;

async function recordOut(account: string): Promise<void> {
  await books.ledger.recordNotice({
    key: `happening ${(happenings += 1)}`,
    kind: 'credits.out',
    data: { account, available: '0', needed: '4' },
  });
}

/** As receivers get it, and read by the schema they read it with. */
function bodyOf({ kind, version, at, data }: NoticeView): unknown {
  return parseNotice(JSON.stringify({ type: kind, version, timestamp: at, data }));
}
