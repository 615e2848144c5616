/**
 * The lanes: one item's trouble is its own, a lost connection loses nothing, and racing processes never
 * reserve more than there is.
 */
import { credits } from '../../../core/contract/credits';
import type { ReserveAnswer } from '../../../core/contract/reservation';
import { textArray } from '../../../ledger/gate-statements';
import { openLedger } from '../../../ledger/open-ledger';
import {
  call,
  chargeOf,
  expectCleanBooks,
  fundedAccount,
  NOON,
  openBooks,
  settleOf,
  type Books,
} from './books';

let books: Books;
beforeAll(async () => (books = await openBooks()));
beforeEach(() => books.moveTo(NOON));
afterEach(() => expectCleanBooks(books));
afterAll(() => books.close());

const countReserved = (answers: readonly ReserveAnswer[]): number =>
  answers.filter(({ kind }) => kind === 'reserved').length;

test.each([
  [1, 1, 1],
  [10, 3, 1],
  [100, 37, 1],
  [300, 299, 2],
  [64, 0, 3],
])(
  'of %i racing blocks on credits for %i, over %i ledgers, exactly as many are reserved',
  async (racers, affordable, ledgers) => {
    const account = await fundedAccount(books, String(affordable * 4));
    const connectionString = books.database.url;
    const others = await Promise.all(
      Array.from({ length: ledgers }, () => openLedger({ connectionString, now: () => NOON })),
    );
    const answers = await Promise.all(
      Array.from({ length: racers }, (_, place) =>
        (others[place % ledgers] ?? books.ledger).reserve(call(account, '4')),
      ),
    );
    expect(countReserved(answers)).toBe(affordable);
    await Promise.all(others.map((ledger) => ledger.close()));
  },
);

test('one item that PostgreSQL refuses does not touch its neighbours', async () => {
  const account = await fundedAccount(books, '1000');
  const poison = { ...call(account, '4'), nth: 2 ** 40 };
  const good = Array.from({ length: 20 }, () => call(account, '4'));
  const settled = await Promise.allSettled(
    [...good.slice(0, 10), poison, ...good.slice(10)].map((one) => books.ledger.reserve(one)),
  );
  expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(settled[10]?.status).toBe('rejected');
  expect((await books.ledger.readAccount(account)).reserved).toBe(credits('80'));
});

/** What blocks may call what they have used. */
const NAMES = ['tokens', 'a "quoted" one', 'back\\slash', '{a, b}', 'NULL', 'new\nline', '€'];
const USAGES = [null, ...NAMES.map((name, place) => ({ [name]: place }))];

test('what each call of a batch has used is kept with it', async () => {
  const account = await fundedAccount(books, '100');
  const requests = USAGES.map(() => call(account, '4'));
  await Promise.all(requests.map((request) => books.ledger.reserve(request)));
  await Promise.all(
    requests.map((request, place) => {
      const usage = USAGES[place];
      return books.ledger.settle({ ...settleOf(request, '3'), ...(usage ? { usage } : {}) });
    }),
  );
  const kept = await books.database.query<{ run: string; usage: unknown }>(
    `select run, usage from tollgate.entries where kind = 'settled' and run = any ($1)`,
    [requests.map(({ run }) => run)],
  );
  const byRun = new Map(kept.map(({ run, usage }) => [run, usage]));
  expect(requests.map(({ run }) => byRun.get(run))).toEqual(USAGES);
});

// A batch that PostgreSQL cannot read would go call by call, and only be slow.
test('PostgreSQL reads what a batch says was used as it was said', async () => {
  const texts = USAGES.map((usage) => usage && JSON.stringify(usage));
  const [row] = await books.database.query('select $1::text[] as texts', [textArray(texts)]);
  expect(row).toEqual({ texts });
});

test('calls under one key in one batch are answered in the order they came', async () => {
  const account = await fundedAccount(books, '10');
  await books.ledger.reserve(call(account, '1'));
  const request = call(account, '4');
  const [reserved, settled, again] = await Promise.all([
    books.ledger.reserve(request),
    books.ledger.settle(settleOf(request, '3')),
    books.ledger.reserve(request),
  ]);
  expect(reserved.kind).toBe('reserved');
  expect(chargeOf(settled).charged).toBe(credits('3'));
  expect(chargeOf(again).charged).toBe(credits('3'));
});

test('connections cut in the middle of the load lose no answer and charge nothing twice', async () => {
  const account = await fundedAccount(books, '100000');
  let cuts = 0;
  let done = false;
  const cut = (async () => {
    while (cuts < 12 && !done) {
      const hit = await books.database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and query ~ 'select tollgate[.](reserve_one|close_one|batch)'
            and state = 'active' and pid <> pg_backend_pid()`,
      );
      cuts += hit.length;
    }
  })();
  const pairs = Array.from({ length: 40 }, async () => {
    for (let turn = 0; turn < 50; turn += 1) {
      const request = call(account, '4');
      expect((await books.ledger.reserve(request)).kind).toBe('reserved');
      expect(chargeOf(await books.ledger.settle(settleOf(request, '3'))).charged).toBe(
        credits('3'),
      );
    }
  });
  await Promise.all(pairs).finally(() => (done = true));
  await cut;
  expect(cuts).toBeGreaterThan(0);
  expect(await books.ledger.readAccount(account)).toMatchObject({
    balance: credits(String(100_000 - 2_000 * 3)),
    reserved: 0n,
  });
});

test('a closed ledger answers what was under way and refuses what comes after', async () => {
  const account = await fundedAccount(books, '10');
  const other = await openLedger({ connectionString: books.database.url, now: () => NOON });
  await other.reserve(call(account, '1'));
  const underWay = other.reserve(call(account, '4'));
  await new Promise((resolve) => setImmediate(resolve));
  await other.close();
  expect((await underWay).kind).toBe('reserved');
  await expect(other.reserve(call(account, '4'))).rejects.toMatchObject({
    code: 'LEDGER_UNAVAILABLE',
  });
});
