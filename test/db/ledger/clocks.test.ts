/**
 * The promise: an account whose time was put forward is in the books as if it had waited so long: its drip came
 * day by day, its grants expired when they should. Nobody else's time moves, none goes back, the doctor finds
 * nothing, and the gate charges such an account as any other.
 */
import { credits } from '../../../core/contract/credits';
import {
  call,
  DAY_MS as DAY,
  expectCleanBooks,
  MINUTE_MS,
  openBooks,
  settleOf,
  type Books,
} from './books';

const HOUR = 60 * MINUTE_MS;
/** The night before clocks change in much of the world. */
const START = Date.UTC(2026, 2, 28, 23, 30);

let books: Books;
let ledger: Books['ledger'];
let machine: number;
beforeAll(async () => {
  books = await openBooks();
  ({ ledger } = books);
});
beforeEach(() => machineAt(START));
afterEach(() => expectCleanBooks(books));
afterAll(() => books.close());

function machineAt(at: number): void {
  machine = at;
  books.moveTo(new Date(at));
}

const ahead = (ms: number): Date => new Date(machine + ms);

let opened = 0;
async function open(options?: { drip: boolean }): Promise<string> {
  const account = `clock-${(opened += 1)}`;
  await ledger.openAccount(account, options);
  return account;
}

async function charge(account: string, amount: string): Promise<unknown> {
  const request = call(account, amount);
  const reserved = await ledger.reserve(request);
  await ledger.settle(settleOf(request, amount));
  return reserved.kind;
}

it('drips at each midnight that has passed, dated by the account’s time', async () => {
  const account = await open();
  expect(await ledger.moveClock(account, ahead(3 * DAY))).toEqual(ahead(3 * DAY));
  const view = await ledger.readAccount(account);
  expect(view.balance).toBe(credits('20'));
  expect(view.nextCreditsAt).toEqual(new Date(Date.UTC(2026, 3, 1)));
  const grants = await ledger.listGrants(account);
  expect(grants.map(({ key, grantedAt }) => [key, grantedAt])).toContainEqual([
    'drip:2026-03-31',
    new Date(Date.UTC(2026, 2, 31)),
  ]);
});

it('goes on from there at the pace of the machine', async () => {
  const account = await open();
  await ledger.moveClock(account, ahead(DAY));
  machineAt(machine + DAY);
  expect((await ledger.readAccount(account)).balance).toBe(credits('15'));
  expect(await ledger.readClock(account)).toEqual(ahead(DAY));
});

it('lets a grant expire to the second, before and after', async () => {
  const account = await open({ drip: false });
  const expiresAt = ahead(30 * DAY);
  await ledger.grant({ account, amount: credits('9'), key: 'pack', source: 'pack', expiresAt });
  await ledger.moveClock(account, ahead(30 * DAY - 1_000));
  expect((await ledger.readAccount(account)).balance).toBe(credits('9'));
  await ledger.moveClock(account, expiresAt);
  expect((await ledger.readAccount(account)).balance).toBe(0n);
  const [expired] = await ledger.listEntries(account);
  expect(expired).toMatchObject({ kind: 'expired', at: expiresAt });
});

it('never goes back, and the same move again changes nothing', async () => {
  const account = await open();
  const there = await ledger.moveClock(account, ahead(2 * DAY));
  const before = await ledger.readAccount(account);
  expect(await ledger.moveClock(account, there)).toEqual(there);
  expect(await ledger.moveClock(account, ahead(-DAY))).toEqual(there);
  expect(await ledger.readAccount(account)).toEqual(before);
});

it('moves nobody else', async () => {
  const [account, other] = [await open(), await open()];
  const before = await ledger.readAccount(other);
  await ledger.moveClock(account, ahead(40 * DAY));
  expect(await ledger.readClock(other)).toEqual(new Date(machine));
  expect(await ledger.readAccount(other)).toEqual(before);
});

it('gives, takes and turns the drip on by the account’s time', async () => {
  const account = await open({ drip: false });
  const at = await ledger.moveClock(account, ahead(5 * DAY));
  await ledger.grant({ account, amount: credits('8'), key: 'gift', source: 'promotion' });
  await ledger.revoke({ account, key: 'gift', amount: credits('3') });
  await ledger.applyBilling(account, [
    { do: 'grant', key: 'line', source: 'pack', amount: '7', priority: -10 },
  ]);
  await ledger.setDrip(account, true);
  const entries = await ledger.listEntries(account);
  expect(entries.map((entry) => entry.at)).toEqual([at, at, at]);
  await ledger.moveClock(account, ahead(6 * DAY));
  expect((await ledger.readAccount(account)).balance).toBe(credits('17'));
});

it('is charged by the gate as before, with what expires on the way', async () => {
  const account = await open({ drip: false });
  const expiresAt = ahead(10 * DAY);
  await ledger.grant({ account, amount: credits('5'), key: 'old', source: 'pack', expiresAt });
  await ledger.grant({ account, amount: credits('5'), key: 'new', source: 'top-up' });
  expect(await charge(account, '2')).toBe('reserved');
  await ledger.moveClock(account, ahead(10 * DAY - HOUR));
  // Due in the machine's time: the next reserve finds it.
  machineAt(machine + 2 * HOUR);
  expect(await charge(account, '5')).toBe('reserved');
  expect((await ledger.readAccount(account)).balance).toBe(0n);
});

it('is forecast in the machine’s time, as schedules are', async () => {
  const account = await open({ drip: false });
  const expiresAt = ahead(10 * DAY);
  await ledger.grant({ account, amount: credits('5'), key: 'old', source: 'pack', expiresAt });
  await ledger.moveClock(account, ahead(4 * DAY));
  const { at, grants } = await ledger.readSupply(account);
  expect(at).toEqual(new Date(machine));
  expect(grants).toMatchObject([{ key: 'old', expiresAt: ahead(6 * DAY) }]);
});
