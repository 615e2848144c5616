/**
 * A block may ask for more while it runs: it gets it from what is available, or is refused cleanly.
 */
import { credits } from '../../../core/contract/credits';
import {
  call,
  chargeOf,
  DAY_MS,
  expectCleanBooks,
  fundedAccount,
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

test('it sets more aside, up to the amount in all, and less changes nothing', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  const grown = await books.ledger.grow({ ...request, amount: credits('7') });
  expect(grown).toEqual({ kind: 'grown', reserved: credits('7'), available: credits('3') });
  expect(await books.ledger.grow({ ...request, amount: credits('2') })).toEqual(grown);
  expect(chargeOf(await books.ledger.settle(settleOf(request, '6.5')))).toMatchObject({
    reserved: credits('7'),
    charged: credits('6.5'),
  });
});

test('it is refused where there is not enough, and keeps what it has', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  expect(await books.ledger.grow({ ...request, amount: credits('11') })).toMatchObject({
    kind: 'insufficient',
    available: credits('6'),
  });
  expect((await books.ledger.readAccount(account)).reserved).toBe(credits('4'));
});

test('it counts against the budgets of the call', async () => {
  const account = await fundedAccount(books, '100');
  await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: credits('6') });
  const request = call(account, '4');
  await books.ledger.reserve(request);
  expect(await books.ledger.grow({ ...request, amount: credits('7') })).toMatchObject({
    kind: 'over-budget',
  });
  expect(await books.ledger.grow({ ...request, amount: credits('6') })).toMatchObject({
    kind: 'grown',
  });
});

test('it may take from further grants, and gives back in their order', async () => {
  const account = await fundedAccount(books, '5');
  const expiresAt = new Date(NOON.getTime() + DAY_MS);
  await books.ledger.grant({
    account,
    key: 'soon',
    source: 'operator',
    amount: credits('5'),
    expiresAt,
  });
  const request = call(account, '4');
  await books.ledger.reserve(request);
  await books.ledger.grow({ ...request, amount: credits('8') });
  await books.ledger.settle(settleOf(request, '6'));
  const left = (await books.ledger.listGrants(account)).map(({ key, remaining }) => [
    key,
    remaining,
  ]);
  expect(left).toEqual([
    ['first', credits('4')],
    ['soon', 0n],
  ]);
});

test('only the attempt that holds the reservation may grow it, and only while it is open', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  await books.ledger.reserve({ ...request, claim: 2n });
  expect(await books.ledger.grow({ ...request, amount: credits('5') })).toEqual({ kind: 'lost' });
  await books.ledger.release(releaseOf({ ...request, claim: 2n }));
  expect(await books.ledger.grow({ ...request, claim: 2n, amount: credits('5') })).toEqual({
    kind: 'lost',
  });
});
