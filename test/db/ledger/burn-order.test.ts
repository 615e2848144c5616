/**
 * Grants burn by priority, then soonest expiry, then age; a reservation remembers which it took from.
 */
import { credits } from '../../../core/contract/credits';
import {
  call,
  DAY_MS,
  expectCleanBooks,
  fundedAccount,
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

const inDays = (days: number): Date => new Date(NOON.getTime() + days * DAY_MS);

async function grant(
  account: string,
  key: string,
  amount: string,
  more: { expiresAt?: Date; priority?: number } = {},
): Promise<void> {
  await books.ledger.grant({ account, key, amount: credits(amount), source: 'operator', ...more });
}

async function remaining(account: string): Promise<Record<string, string>> {
  const grants = await books.ledger.listGrants(account);
  return Object.fromEntries(grants.map((one) => [one.key, String(one.remaining / 1_000_000n)]));
}

async function spend(account: string, amount: string): Promise<void> {
  const request = call(account, amount);
  expect(await books.ledger.reserve(request)).toMatchObject({ kind: 'reserved' });
  await books.ledger.settle(settleOf(request, amount));
}

test('priority first, then soonest expiry, then oldest', async () => {
  const account = await fundedAccount(books, '0');
  await grant(account, 'forever', '5');
  await grant(account, 'late', '5', { expiresAt: inDays(20) });
  await grant(account, 'soon', '5', { expiresAt: inDays(10) });
  await grant(account, 'first', '5', { priority: -1 });
  expect((await books.ledger.listGrants(account)).map(({ key }) => key)).toEqual([
    'first',
    'soon',
    'late',
    'forever',
  ]);
  await spend(account, '7');
  expect(await remaining(account)).toEqual({ first: '0', soon: '3', late: '5', forever: '5' });
  await spend(account, '10');
  expect(await remaining(account)).toEqual({ first: '0', soon: '0', late: '0', forever: '3' });
});

test('a grant that burns sooner takes over from the one now burning', async () => {
  const account = await fundedAccount(books, '0');
  await grant(account, 'forever', '5');
  await spend(account, '1');
  await grant(account, 'soon', '5', { expiresAt: inDays(1) });
  await spend(account, '2');
  expect(await remaining(account)).toEqual({ soon: '3', forever: '4' });
});

test('a reservation over several grants gives back to the last it took from first', async () => {
  const account = await fundedAccount(books, '0');
  await grant(account, 'soon', '3', { expiresAt: inDays(1) });
  await grant(account, 'late', '3', { expiresAt: inDays(2) });
  await grant(account, 'forever', '3');
  const request = call(account, '8');
  await books.ledger.reserve(request);
  await books.ledger.settle(settleOf(request, '4'));
  expect(await remaining(account)).toEqual({ soon: '0', late: '2', forever: '3' });
  const [entry] = await books.ledger.listEntries(account, { limit: 1 });
  expect(entry?.grants).toEqual([
    { key: 'soon', amount: credits('3') },
    { key: 'late', amount: credits('1') },
  ]);
});

test('what comes back to an earlier grant burns before the later one', async () => {
  const account = await fundedAccount(books, '0');
  await grant(account, 'soon', '4', { expiresAt: inDays(1) });
  await grant(account, 'forever', '4');
  const first = call(account, '4');
  await books.ledger.reserve(first);
  const second = call(account, '1');
  await books.ledger.reserve(second);
  await books.ledger.release(releaseOf(first));
  await spend(account, '2');
  await books.ledger.settle(settleOf(second, '1'));
  expect(await remaining(account)).toEqual({ soon: '2', forever: '3' });
});

test('what expires is lost except for what is reserved, and that is lost when it comes back', async () => {
  const account = await fundedAccount(books, '0');
  await grant(account, 'soon', '10', { expiresAt: inDays(1) });
  await grant(account, 'forever', '1');
  const request = call(account, '6', { deadlineMs: 3 * DAY_MS });
  await books.ledger.reserve(request);
  books.moveTo(inDays(1));
  expect(await books.ledger.readAccount(account)).toMatchObject({
    balance: credits('7'),
    reserved: credits('6'),
  });
  await books.ledger.settle(settleOf(request, '2'));
  expect((await books.ledger.readAccount(account)).balance).toBe(credits('1'));
  const kinds = (await books.ledger.listEntries(account, { limit: 3 })).map(({ kind, amount }) => [
    kind,
    amount,
  ]);
  expect(kinds).toEqual([
    ['expired', -credits('4')],
    ['settled', -credits('2')],
    ['expired', -credits('4')],
  ]);
});

test('a grant is whole until the moment it expires and gone at it', async () => {
  const account = await fundedAccount(books, '0');
  await grant(account, 'soon', '10', { expiresAt: inDays(1) });
  books.moveTo(new Date(inDays(1).getTime() - 1));
  expect(await books.ledger.reserve(call(account, '10', { deadlineMs: MINUTE_MS }))).toMatchObject({
    kind: 'reserved',
  });
  books.moveTo(inDays(1));
  expect(await books.ledger.reserve(call(account, '1'))).toMatchObject({ kind: 'insufficient' });
});

test('a late expiry is booked at the time of the expiry, not of its discovery', async () => {
  const account = await fundedAccount(books, '0');
  await grant(account, 'soon', '10', { expiresAt: inDays(1) });
  books.moveTo(inDays(9));
  await books.ledger.readAccount(account);
  const [entry] = await books.ledger.listEntries(account);
  expect(entry).toMatchObject({ kind: 'expired', at: inDays(1), amount: -credits('10') });
});

test('a grant given again under its key changes nothing; other arguments are refused', async () => {
  const account = await fundedAccount(books, '5');
  const again = await books.ledger.grant({
    account,
    amount: credits('5'),
    key: 'first',
    source: 'operator',
  });
  expect(again).toMatchObject({ created: false, account: { balance: credits('5') } });
  await expect(
    books.ledger.grant({ account, amount: credits('6'), key: 'first', source: 'operator' }),
  ).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
});

test('fifty equal grants at once give once', async () => {
  const account = await fundedAccount(books, '0');
  const request = { account, amount: credits('5'), key: 'invoice-1', source: 'top-up' };
  const answers = await Promise.all(Array.from({ length: 50 }, () => books.ledger.grant(request)));
  expect(answers.filter(({ created }) => created)).toHaveLength(1);
  expect((await books.ledger.readAccount(account)).balance).toBe(credits('5'));
});

test('a revoke takes what is left and free, and ends the grant for what is reserved', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  const revoked = await books.ledger.revoke({ account, key: 'first' });
  expect(revoked).toMatchObject({
    revoked: credits('6'),
    missing: credits('4'),
    account: { balance: credits('4') },
  });
  await books.ledger.release(releaseOf(request));
  expect((await books.ledger.readAccount(account)).balance).toBe(0n);
  expect((await books.ledger.listEntries(account))[0]).toMatchObject({
    kind: 'revoked',
    amount: -credits('4'),
  });
});

test('a partial revoke says what it could not take', async () => {
  const account = await fundedAccount(books, '10');
  await spend(account, '7');
  expect(await books.ledger.revoke({ account, key: 'first', amount: credits('2') })).toMatchObject({
    revoked: credits('2'),
    missing: 0n,
  });
  expect(await books.ledger.revoke({ account, key: 'first', amount: credits('2') })).toMatchObject({
    revoked: credits('1'),
    missing: credits('1'),
  });
  await expect(books.ledger.revoke({ account, key: 'none' })).rejects.toMatchObject({
    code: 'GRANT_UNKNOWN',
  });
});
