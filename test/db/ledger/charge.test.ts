/**
 * A key is charged at most once, at the final price, and the rest goes back.
 */
import { credits } from '../../../core/contract/credits';
import {
  call,
  chargeOf,
  expectCleanBooks,
  fundedAccount,
  MINUTE_MS,
  NOON,
  openBooks,
  PRICE,
  releaseOf,
  settleOf,
  type Books,
} from './books';

let books: Books;
beforeAll(async () => (books = await openBooks()));
beforeEach(() => books.moveTo(NOON));
afterEach(() => expectCleanBooks(books));
afterAll(() => books.close());

test('a reserve sets credits aside and a settle charges the real cost and returns the rest', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  expect(await books.ledger.reserve(request)).toMatchObject({
    kind: 'reserved',
    available: credits('6'),
  });
  expect(await books.ledger.readAccount(account)).toMatchObject({
    balance: credits('10'),
    reserved: credits('4'),
  });
  const charge = chargeOf(await books.ledger.settle(settleOf(request, '1.5')));
  expect(charge).toMatchObject({ charged: credits('1.5'), returned: credits('2.5'), late: false });
  expect(await books.ledger.readAccount(account)).toMatchObject({
    balance: credits('8.5'),
    reserved: 0n,
  });
});

test('the first settle wins and every later one gets its receipt', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  const first = await books.ledger.settle(settleOf(request, '3'));
  const second = await books.ledger.settle(settleOf(request, '1'));
  expect(first).toMatchObject({ kind: 'settled', replayed: false });
  expect(second).toMatchObject({ kind: 'settled', replayed: true });
  expect(chargeOf(second)).toEqual(chargeOf(first));
  expect((await books.ledger.readAccount(account)).balance).toBe(credits('7'));
});

test('twenty settles of one key at once charge it once', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => books.ledger.settle(settleOf(request, '4'))),
  );
  expect(answers.filter((answer) => answer.kind === 'settled' && !answer.replayed)).toHaveLength(1);
  expect((await books.ledger.readAccount(account)).balance).toBe(credits('6'));
});

test('a reserve under an open key takes the reservation over and sets nothing more aside', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  const again = await books.ledger.reserve({ ...request, claim: 2n, amount: credits('9') });
  expect(again).toMatchObject({ kind: 'reserved', takenOver: true, reserved: credits('4') });
  expect((await books.ledger.readAccount(account)).reserved).toBe(credits('4'));
});

test('only the attempt that reserved last may release', async () => {
  const account = await fundedAccount(books, '10');
  const zombie = call(account, '4');
  await books.ledger.reserve(zombie);
  await books.ledger.reserve({ ...zombie, claim: 2n });
  expect(await books.ledger.release(releaseOf(zombie))).toEqual({ kind: 'kept' });
  expect(await books.ledger.release(releaseOf({ ...zombie, claim: 2n }))).toEqual({
    kind: 'released',
    returned: credits('4'),
  });
});

test('a reserve under a settled key is told the first charge and sets nothing aside', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  await books.ledger.settle(settleOf(request, '4'));
  const again = await books.ledger.reserve(request);
  expect(chargeOf(again)).toMatchObject({ charged: credits('4') });
  expect((await books.ledger.readAccount(account)).reserved).toBe(0n);
});

test('after a release the key may be reserved and charged anew', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  await books.ledger.release(releaseOf(request));
  expect(await books.ledger.reserve(request)).toMatchObject({ kind: 'reserved', takenOver: false });
  expect(chargeOf(await books.ledger.settle(settleOf(request, '4'))).charged).toBe(credits('4'));
});

test('a settle after a release charges nothing', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  await books.ledger.release(releaseOf(request));
  expect(await books.ledger.settle(settleOf(request, '4'))).toEqual({ kind: 'unknown' });
  expect(await books.ledger.settle(settleOf(call(account, '1'), '4'))).toEqual({ kind: 'unknown' });
});

test('the price of the first attempt stays with the reservation', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  const dearer = { ...PRICE, version: '2', rule: { kind: 'fixed', credits: '8' } } as const;
  const again = await books.ledger.reserve({ ...request, price: dearer, amount: credits('8') });
  expect(again).toMatchObject({ kind: 'reserved', price: PRICE, reserved: credits('4') });
});

test('a key that comes back with another block or account is refused', async () => {
  const account = await fundedAccount(books, '10');
  const other = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  const wrongBlock = { ...request, price: { ...PRICE, block: 'translate' } };
  expect(await books.ledger.reserve(wrongBlock)).toEqual({ kind: 'key-mismatch' });
  expect(await books.ledger.reserve({ ...request, account: other })).toEqual({
    kind: 'key-mismatch',
  });
  expect(await books.ledger.settle(settleOf({ ...request, account: other }, '4'))).toEqual({
    kind: 'key-mismatch',
  });
  await books.ledger.settle(settleOf(request, '4'));
  expect(await books.ledger.reserve(wrongBlock)).toEqual({ kind: 'key-mismatch' });
});

test('a cost above the reservation is drawn from what is available, and what is missing is absorbed', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  const charge = chargeOf(await books.ledger.settle(settleOf(request, '13')));
  expect(charge).toMatchObject({ charged: credits('10'), absorbed: credits('3'), returned: 0n });
  expect((await books.ledger.readAccount(account)).balance).toBe(0n);
});

test('a cost above a capped reservation is charged at the reservation', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  const charge = chargeOf(await books.ledger.settle(settleOf(request, '13', 'cap')));
  expect(charge).toMatchObject({ charged: credits('4'), absorbed: credits('9') });
});

test('an overdue reservation lapses; a settle after that is charged once, late, from what is available', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '8');
  await books.ledger.reserve(request);
  await books.ledger.expireOverdue();
  expect(await books.ledger.listReservations({ account })).toHaveLength(1);
  books.moveTo(MINUTE_MS + 1);
  expect(await books.ledger.expireOverdue()).toBeGreaterThan(0);
  expect(await books.ledger.expireOverdue()).toBe(0);
  expect(await books.ledger.listReservations({ account })).toEqual([]);
  const other = call(account, '7');
  await books.ledger.reserve(other);
  const late = chargeOf(await books.ledger.settle(settleOf(request, '8')));
  expect(late).toMatchObject({ late: true, charged: credits('3'), absorbed: credits('5') });
  expect(await books.ledger.settle(settleOf(request, '8'))).toMatchObject({ replayed: true });
  await books.ledger.release(releaseOf(other));
});

test('after a lapse a later attempt reserves again and its settle is not late', async () => {
  const account = await fundedAccount(books, '10');
  const request = call(account, '8');
  await books.ledger.reserve(request);
  books.moveTo(MINUTE_MS + 1);
  await books.ledger.expireOverdue();
  expect(await books.ledger.reserve({ ...request, claim: 2n })).toMatchObject({
    kind: 'reserved',
    takenOver: false,
  });
  expect(chargeOf(await books.ledger.settle(settleOf(request, '8')))).toMatchObject({
    late: false,
  });
});

test('a refusal says what is needed, available, reserved and when credits next come', async () => {
  const account = 'dripping';
  await books.ledger.openAccount(account);
  await books.ledger.reserve(call(account, '3'));
  expect(await books.ledger.reserve(call(account, '4'))).toEqual({
    kind: 'insufficient',
    needed: credits('4'),
    available: credits('2'),
    reserved: credits('3'),
    nextCreditsAt: new Date('2026-03-11T00:00:00Z'),
  });
});

test('an unknown account and a frozen one are refused, while what was reserved still settles', async () => {
  expect(await books.ledger.reserve(call('nobody', '1'))).toEqual({ kind: 'account-unknown' });
  const account = await fundedAccount(books, '10');
  const request = call(account, '4');
  await books.ledger.reserve(request);
  await books.ledger.setFrozen(account, true);
  expect(await books.ledger.reserve(call(account, '1'))).toEqual({ kind: 'account-frozen' });
  expect(chargeOf(await books.ledger.settle(settleOf(request, '4'))).charged).toBe(credits('4'));
});

test('a negative amount is refused before it reaches the books', async () => {
  const account = await fundedAccount(books, '10');
  await expect(books.ledger.reserve({ ...call(account, '1'), amount: -1n })).rejects.toMatchObject({
    code: 'AMOUNT_INVALID',
  });
});
