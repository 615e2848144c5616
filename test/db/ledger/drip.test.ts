/**
 * The free tier: 5 credits at each midnight UTC, never lifting what is held above 30 (seed: Autron's
 * packs), evaluated when the account is next looked at and booked at the midnights themselves.
 */
import { credits, formatCredits } from '../../../core/contract/credits';
import {
  call,
  DAY_MS,
  expectCleanBooks,
  MINUTE_MS,
  NOON,
  openBooks,
  releaseOf,
  settleOf,
  type Books,
} from './books';

let books: Books;
beforeAll(async () => (books = await openBooks()));
beforeEach(() => books.moveTo(NOON));
afterEach(() => expectCleanBooks(books));
afterAll(() => books.close());

let opened = 0;
async function open(): Promise<string> {
  const account = `free-${(opened += 1)}`;
  await books.ledger.openAccount(account);
  return account;
}

async function balance(account: string): Promise<string> {
  return formatCredits((await books.ledger.readAccount(account)).balance);
}

test('a new account holds the first day’s credits at once', async () => {
  expect(await balance(await open())).toBe('5');
});

test.each([
  ['just before midnight', '2026-03-10T23:59:59.999Z', '5'],
  ['at midnight', '2026-03-11T00:00:00.000Z', '10'],
  ['three midnights on', '2026-03-13T05:00:00.000Z', '20'],
  ['five midnights on', '2026-03-15T05:00:00.000Z', '30'],
  ['a year on', '2027-03-15T05:00:00.000Z', '30'],
])('%s', async (_name, time, expected) => {
  const account = await open();
  books.moveTo(new Date(time));
  expect(await balance(account)).toBe(expected);
});

test('a drip fills up to the cap and not above', async () => {
  const account = await open();
  await books.ledger.grant({ account, amount: credits('22.5'), key: 'gift', source: 'operator' });
  books.moveTo(DAY_MS);
  expect(await balance(account)).toBe('30');
  books.moveTo(DAY_MS);
  expect(await balance(account)).toBe('30');
});

test('nothing drips while more than the cap is held, and what is held above stays', async () => {
  const account = await open();
  await books.ledger.grant({ account, amount: credits('100'), key: 'gift', source: 'operator' });
  books.moveTo(9 * DAY_MS);
  expect(await balance(account)).toBe('105');
});

test('drips start again at the first midnight after an expiry made room', async () => {
  const account = await open();
  const expiresAt = new Date('2026-03-20T10:00:00Z');
  await books.ledger.grant({
    account,
    amount: credits('100'),
    key: 'gift',
    source: 'operator',
    expiresAt,
  });
  books.moveTo(new Date('2026-03-21T00:00:00Z'));
  expect(await balance(account)).toBe('10');
  const entries = (await books.ledger.listEntries(account)).map(({ kind, at }) => [
    kind,
    at.toISOString(),
  ]);
  expect(entries.slice(0, 2)).toEqual([
    ['granted', '2026-03-21T00:00:00.000Z'],
    ['expired', '2026-03-20T10:00:00.000Z'],
  ]);
});

test('reserved credits count as held', async () => {
  const account = await open();
  books.moveTo(5 * DAY_MS);
  const request = call(account, '20', { deadlineMs: 10 * DAY_MS });
  await books.ledger.reserve(request);
  books.moveTo(DAY_MS);
  expect(await balance(account)).toBe('30');
  await books.ledger.settle(settleOf(request, '20'));
  books.moveTo(DAY_MS);
  expect(await balance(account)).toBe('15');
});

test('a reserve at midnight finds the new credits without anybody reading first', async () => {
  const account = await open();
  await books.ledger.reserve(call(account, '5', { deadlineMs: 10 * DAY_MS }));
  expect(await books.ledger.reserve(call(account, '5'))).toMatchObject({ kind: 'insufficient' });
  books.moveTo(new Date('2026-03-11T00:00:00Z'));
  const request = call(account, '5');
  expect(await books.ledger.reserve(request)).toMatchObject({ kind: 'reserved' });
  await books.ledger.release(releaseOf(request));
});

test('the drip can be turned off, and on again from the next midnight', async () => {
  const account = await open();
  await books.ledger.setDrip(account, false);
  books.moveTo(3 * DAY_MS);
  expect(await balance(account)).toBe('5');
  await books.ledger.setDrip(account, true);
  expect(await balance(account)).toBe('5');
  books.moveTo(DAY_MS);
  expect(await balance(account)).toBe('10');
});

test('a clock that goes back a few minutes drips nothing twice', async () => {
  const account = await open();
  books.moveTo(new Date('2026-03-11T00:01:00Z'));
  expect(await balance(account)).toBe('10');
  books.moveTo(-5 * MINUTE_MS);
  expect(await balance(account)).toBe('10');
  books.moveTo(10 * MINUTE_MS);
  expect(await balance(account)).toBe('10');
});
