/**
 * The doctor finds what it is there to find: each invariant, broken by hand, is reported by name.
 */
import { credits } from '../../../core/contract/credits';
import { call, capped, fundedAccount, NOON, openBooks, settleOf, under, type Books } from './books';

let books: Books;
let account: string;
beforeEach(async () => {
  books = await openBooks();
  books.moveTo(NOON);
  account = await fundedAccount(books, '10');
  await books.ledger.grant({
    account,
    key: 'ends',
    source: 'operator',
    amount: 5_000_000n,
    expiresAt: new Date(NOON.getTime() + 1e9),
  });
  const settled = call(account, '4');
  await books.ledger.reserve(settled);
  await books.ledger.settle(settleOf(settled, '3'));
  await books.ledger.reserve(call(account, '2'));
});
afterEach(() => books.close());

const unlocked = (change: string): string =>
  `alter table tollgate.entries disable trigger user; ${change}; alter table tollgate.entries enable trigger user`;
const unchecked = (table: string, change: string): string =>
  `do $$ declare c record; begin
     for c in select conname from pg_constraint where conrelid = 'tollgate.${table}'::regclass and contype = 'c' loop
       execute format('alter table tollgate.${table} drop constraint %I', c.conname);
     end loop; end $$; ${change}`;

test('clean books are clean', async () => {
  const report = await books.ledger.doctor();
  expect(report).toMatchObject({ ok: true, accounts: 1, entries: 3n, openReservations: 1 });
});

test.each([
  ['is the sum of its entries', 'update tollgate.accounts set balance = balance + 1'],
  ['is what remains of its grants', `update tollgate.grants set remaining = 1 where key = 'first'`],
  ['is the sum of its open reservations', 'update tollgate.reservations set amount = amount - 1'],
  ['is what open reservations took from it', 'update tollgate.reservations set grant_id = null'],
  [
    'Every grant adds up',
    `update tollgate.grants set remaining = remaining - 1 where key = 'first'`,
  ],
  ['Nothing is below zero', unchecked('accounts', 'update tollgate.accounts set reserved = -1')],
  ['without gaps', unlocked('update tollgate.entries set seq = 9 where seq = 3')],
  [
    'the balance that stood after it',
    unlocked('update tollgate.entries set balance = 1 where seq = 1'),
  ],
  [
    'never both open and settled',
    `update tollgate.reservations r set run = e.run, call = e.call from tollgate.entries e where e.kind = 'settled'`,
  ],
  [
    'reserved + drawn = charged + returned',
    unchecked(
      'entries',
      unlocked(`update tollgate.entries set returned = 0 where kind = 'settled'`),
    ),
  ],
  ['the first in burn order', `update tollgate.grants set priority = -1 where key = 'first'`],
  [
    'What was taken back of every grant',
    `update tollgate.grants set taken_back = taken_back + 1 where key = 'first'`,
  ],
  ['one of its freezes is not lifted', 'update tollgate.accounts set frozen = true'],
  ['marked as in line', 'update tollgate.accounts set in_line = true'],
  ['No expiry is overlooked', `update tollgate.accounts set due_at = 'infinity'`],
])('it reports: %s', async (name, change) => {
  await books.database.query(change);
  const broken = (await books.ledger.doctor()).checks.filter(({ ok }) => !ok);
  expect(broken.map(({ invariant }) => invariant)).toContainEqual(expect.stringContaining(name));
  expect(broken.every(({ offenders }) => offenders.length > 0)).toBe(true);
});

test.each([
  ['Every guarantee adds up', 'update tollgate.guarantees set returned = 1'],
  ['Every guarantee adds up', 'update tollgate.guarantees set ended_at = made_at'],
  ['What every guarantee spent', 'update tollgate.guarantees set spent = spent - 1'],
  ['What every guarantee spent', 'update tollgate.reservations set guaranteed = amount + 1'],
])('it reports of guarantees: %s', async (name, change) => {
  const first = under('6', call(account, '2'));
  await books.ledger.reserve(first);
  await books.ledger.settle(settleOf(first, '1'));
  expect((await books.ledger.doctor()).ok).toBe(true);
  await books.database.query(change);
  const broken = (await books.ledger.doctor()).checks.filter(({ ok }) => !ok);
  expect(broken.map(({ invariant }) => invariant)).toContainEqual(expect.stringContaining(name));
});

test.each([
  ['under every budget but', `update tollgate.budgets set reserved = 0 where kind = 'account'`],
  ['The budget of a run counts all', `update tollgate.budgets set reserved = 0 where kind = 'run'`],
  ['The budget of a run counts all', 'update tollgate.budgets set spent = 0, reserved = 2000000'],
])('it reports of budgets: %s', async (name, change) => {
  await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: credits('9') });
  const { run } = call(account, '0');
  const inRun = () => capped('9', call(account, '2', { run }));
  const settled = inRun();
  await books.ledger.reserve(settled);
  await books.ledger.settle(settleOf(settled, '1'));
  await books.ledger.reserve(inRun());
  expect((await books.ledger.doctor()).ok).toBe(true);
  await books.database.query(change);
  const broken = (await books.ledger.doctor()).checks.filter(({ ok }) => !ok);
  expect(broken.map(({ invariant }) => invariant)).toEqual([expect.stringContaining(name)]);
});

test.each([
  'update tollgate.entries set amount = 0',
  'delete from tollgate.entries',
  'truncate tollgate.entries',
])('an entry can never be changed: %s', async (change) => {
  await expect(books.database.query(change)).rejects.toThrow(/append-only/);
});

test.each([
  ['a balance below zero', 'update tollgate.accounts set balance = -1'],
  ['more reserved than there is', 'update tollgate.accounts set reserved = balance + 1'],
  ['a grant overdrawn', 'update tollgate.grants set reserved = remaining + 1'],
  [
    'a second grant under one key',
    `insert into tollgate.grants (account, key, source, amount, remaining, granted_at)
     select account, key, source, 1, 1, now() from tollgate.grants limit 1`,
  ],
  [
    'a key settled twice',
    `insert into tollgate.entries (run, account, seq, call, at, amount, balance, reserved, returned, kind, price, nth)
     select run, account, 99, call, at, amount, balance, reserved, returned, kind, price, nth from tollgate.entries where kind = 'settled'`,
  ],
])('the database itself refuses %s', async (_name, change) => {
  await expect(books.database.query(change)).rejects.toThrow(/violates/);
});
