/**
 * What billing does to the books: many commands in one transaction, all or nothing, and each of them
 * harmless when it comes again, also while calls are running.
 */
import type { BillingGrant, LedgerCommand } from '../../../core/contract/billing-books';
import {
  call,
  DAY_MS,
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

const pack = (key: string, amount = '200', more: object = {}): LedgerCommand => ({
  do: 'grant',
  key,
  source: 'pack',
  amount,
  priority: -10,
  ...more,
});

async function read(account: string, key: string): Promise<BillingGrant | undefined> {
  return (await books.ledger.readBilling(account)).grants.find((grant) => grant.key === key);
}

async function balance(account: string): Promise<string> {
  return (await books.ledger.readBilling(account)).balance;
}

/** Applies twice: the second time must change nothing. */
async function apply(account: string, ...commands: LedgerCommand[]): Promise<readonly string[]> {
  const done = await books.ledger.applyBilling(account, commands);
  const before = await books.ledger.readBilling(account);
  const again = await books.ledger.applyBilling(account, commands);
  expect(again.filter(({ changed }) => changed)).toEqual([]);
  expect(await books.ledger.readBilling(account)).toEqual(before);
  return done.map(({ amount }) => amount);
}

test('a renewal ends one grant and adds the next in one transaction', async () => {
  const account = await fundedAccount(books, '0');
  await apply(account, pack('line-1'));
  await books.ledger.settle(settleOf(await reserved(account, '50'), '50'));
  const renewal: LedgerCommand[] = [
    { do: 'end', key: 'line-1', cause: 'renewed:line-2' },
    pack('line-2'),
  ];
  expect(await apply(account, ...renewal)).toEqual(['-150', '200']);
  expect(await balance(account)).toBe('200');
  const [granted, ended] = await books.ledger.listEntries(account);
  expect(granted).toMatchObject({ kind: 'granted' });
  expect(ended).toMatchObject({ kind: 'revoked', cause: 'renewed:line-2', amount: -150_000_000n });
});

test('all commands are done or none', async () => {
  const account = await fundedAccount(books, '0');
  await expect(
    books.ledger.applyBilling(account, [
      pack('line-1'),
      { do: 'revoke', key: 'nobody', cause: 'refund:x', total: '1' },
    ]),
  ).rejects.toMatchObject({ code: 'GRANT_UNKNOWN' });
  expect(await balance(account)).toBe('0');
});

test('a key that stands for a grant already changes nothing, whatever comes with it', async () => {
  const account = await fundedAccount(books, '0');
  await apply(account, pack('line-1', '200'));
  expect(await books.ledger.applyBilling(account, [pack('line-1', '999')])).toMatchObject([
    { changed: false, amount: '0' },
  ]);
  expect(await balance(account)).toBe('200');
});

test('what is reserved when a grant ends is charged or follows it', async () => {
  const account = await fundedAccount(books, '0');
  await apply(account, pack('line-1'));
  const running = await reserved(account, '80');
  expect(await apply(account, { do: 'end', key: 'line-1', cause: 'renewed:line-2' })).toEqual([
    '-120',
  ]);
  await books.ledger.settle(settleOf(running, '30'));
  expect(await balance(account)).toBe('0');
  expect(await read(account, 'line-1')).toMatchObject({ remaining: '0', ended: true });
});

describe('a cut', () => {
  const cut: LedgerCommand = { do: 'cut', key: 'line-1', cause: 'cut:small', atMost: '200' };

  test('takes once what is above, and never again when credits are spent or come back', async () => {
    const account = await fundedAccount(books, '0');
    await apply(account, pack('line-1', '1000'));
    expect(await apply(account, cut)).toEqual(['-800']);
    await books.ledger.settle(settleOf(await reserved(account, '150'), '150'));
    expect(await apply(account, cut)).toEqual(['0']);
    expect(await balance(account)).toBe('50');
    expect(await apply(account, { do: 'restore', key: 'line-1', cause: 'cut:small' })).toEqual([
      '800',
    ]);
    expect(await balance(account)).toBe('850');
  });

  test('leaves alone what is below', async () => {
    const account = await fundedAccount(books, '0');
    await apply(account, pack('line-1', '150'));
    expect(await apply(account, cut)).toEqual(['0']);
    expect(await balance(account)).toBe('150');
  });

  test('takes what running calls have reserved once it comes back, and owes nothing for the rest', async () => {
    const account = await fundedAccount(books, '0');
    await apply(account, pack('line-1', '1000'));
    const running = await reserved(account, '900');
    expect(await apply(account, cut)).toEqual(['-100']);
    await books.ledger.settle(settleOf(running, '100'));
    expect(await apply(account, cut)).toEqual(['-700']);
    expect(await balance(account)).toBe('100');
    expect(await read(account, 'line-1')).toMatchObject({ unpaid: '0' });
  });
});

describe('a revocation', () => {
  const revoke = (total: string, cause = 'refund:in_1'): LedgerCommand => ({
    do: 'revoke',
    key: 'line-1',
    cause,
    total,
  });

  test('is a total: it takes the difference, and gives it back when less is asked', async () => {
    const account = await fundedAccount(books, '0');
    await apply(account, pack('line-1'));
    expect(await apply(account, revoke('50'))).toEqual(['-50']);
    expect(await apply(account, revoke('120'))).toEqual(['-70']);
    expect(await apply(account, revoke('20'))).toEqual(['100']);
    expect(await balance(account)).toBe('180');
    const kinds = (await books.ledger.listEntries(account)).map(({ kind }) => kind);
    expect(kinds).toEqual(['restored', 'revoked', 'revoked', 'granted']);
  });

  test('shows what had been spent as unpaid, and no balance goes below zero', async () => {
    const account = await fundedAccount(books, '0');
    await apply(account, pack('line-1'));
    await books.ledger.settle(settleOf(await reserved(account, '150'), '150'));
    expect(await apply(account, revoke('200'))).toEqual(['-50']);
    expect(await books.ledger.readBilling(account)).toMatchObject({ balance: '0', unpaid: '150' });
    expect(await apply(account, revoke('0'))).toEqual(['50']);
    expect(await books.ledger.readBilling(account)).toMatchObject({ balance: '50', unpaid: '0' });
  });

  test('owes nothing for credits that nobody spent before they ended', async () => {
    const account = await fundedAccount(books, '0');
    await apply(account, pack('line-1'), { do: 'end', key: 'line-1', cause: 'renewed:line-2' });
    expect(await apply(account, revoke('200'))).toEqual(['0']);
    expect(await books.ledger.readBilling(account)).toMatchObject({ unpaid: '0' });
  });

  test('takes part of a grant once under a cause, through `revoke` too', async () => {
    const account = await fundedAccount(books, '100');
    const request = { account, key: 'first', amount: 30_000_000n, cause: 'refund-7' };
    expect(await books.ledger.revoke(request)).toMatchObject({ revoked: 30_000_000n, missing: 0n });
    expect(await books.ledger.revoke(request)).toMatchObject({ revoked: 0n, missing: 0n });
    expect(await balance(account)).toBe('70');
    const whole = { account, key: 'first', cause: 'refund-8' };
    await expect(books.ledger.revoke(whole)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

test('a term moves an expiry and its place in the burn order, and back', async () => {
  const account = await fundedAccount(books, '100');
  await apply(account, pack('line-1'));
  const expiresAt = new Date(NOON.getTime() + DAY_MS).toISOString();
  await apply(account, { do: 'term', key: 'line-1', expiresAt, priority: -10 });
  await apply(account, { do: 'term', key: 'line-1', expiresAt: null, priority: 5 });
  books.moveTo(2 * DAY_MS);
  await books.ledger.settle(settleOf(await reserved(account, '60'), '60'));
  expect(await read(account, 'line-1')).toMatchObject({ remaining: '200', priority: 5 });
  await apply(account, { do: 'term', key: 'line-1', expiresAt, priority: 5 });
  expect(await read(account, 'line-1')).toMatchObject({ remaining: '0', ended: true });
});

test('a grant whose time is over already is booked with its expiry', async () => {
  const account = await fundedAccount(books, '0');
  const expiresAt = new Date(NOON.getTime() - DAY_MS).toISOString();
  await apply(account, pack('line-1', '200', { expiresAt }));
  expect(await balance(account)).toBe('0');
  expect((await books.ledger.listEntries(account)).map(({ kind }) => kind)).toEqual([
    'expired',
    'granted',
  ]);
});

describe('the drip', () => {
  const drip = (daily: string, since: string): LedgerCommand => ({
    do: 'drip',
    daily,
    cap: daily === '0' ? '0' : '30',
    since,
  });

  test('goes off as of the moment that a pack began, however late that is heard', async () => {
    const account = 'late-off';
    await books.ledger.openAccount(account);
    books.moveTo(3 * DAY_MS);
    expect(await balance(account)).toBe('20');
    await apply(account, drip('0', NOON.toISOString()));
    expect(await balance(account)).toBe('5');
    books.moveTo(3 * DAY_MS);
    expect(await balance(account)).toBe('5');
  });

  test('comes on as of the moment that a pack was over, however late that is heard', async () => {
    const account = 'late-on';
    await books.ledger.openAccount(account);
    await apply(account, drip('0', NOON.toISOString()));
    books.moveTo(5 * DAY_MS);
    await apply(account, drip('5', new Date(NOON.getTime() + 2 * DAY_MS).toISOString()));
    expect(await balance(account)).toBe('20');
  });
});

describe('a freeze', () => {
  const freeze: LedgerCommand = { do: 'freeze', cause: 'dispute:dp_1' };

  test('refuses reserves while any cause stands, and comes once per cause', async () => {
    const account = await fundedAccount(books, '100');
    await apply(account, freeze, { do: 'freeze', cause: 'dispute:dp_2' });
    expect(await books.ledger.reserve(call(account, '1'))).toMatchObject({
      kind: 'account-frozen',
    });
    await apply(account, { do: 'unfreeze', cause: 'dispute:dp_1' });
    expect((await books.ledger.readAccount(account)).frozen).toBe(true);
    await apply(account, { do: 'unfreeze', cause: 'dispute:dp_2' });
    expect((await books.ledger.readAccount(account)).frozen).toBe(false);
    await books.ledger.applyBilling(account, [freeze]);
    expect((await books.ledger.readAccount(account)).frozen).toBe(false);
  });

  test('by an operator comes and goes, and his lifting lifts all', async () => {
    const account = await fundedAccount(books, '100');
    for (const frozen of [true, false, true]) {
      expect((await books.ledger.setFrozen(account, frozen)).frozen).toBe(frozen);
    }
    await apply(account, freeze);
    expect((await books.ledger.setFrozen(account, false)).frozen).toBe(false);
  });
});

test('many at once, with running calls, take once and add up', async () => {
  const account = await fundedAccount(books, '0');
  await books.ledger.applyBilling(account, [pack('line-1', '1000')]);
  const commands: LedgerCommand[] = [
    { do: 'cut', key: 'line-1', cause: 'cut:small', atMost: '600' },
    { do: 'revoke', key: 'line-1', cause: 'refund:in_1', total: '100' },
    pack('top-up', '50'),
  ];
  const calls = Array.from({ length: 40 }, () => call(account, '5'));
  await Promise.all([
    ...Array.from({ length: 8 }, () => books.ledger.applyBilling(account, commands)),
    ...calls.map(async (request) => {
      await books.ledger.reserve(request);
      await books.ledger.settle(settleOf(request, '5'));
    }),
  ]);
  // Which of them comes first decides what the cut finds; all else is the same in any order.
  const granted = await read(account, 'line-1');
  const cut = granted?.revocations.find(({ cause }) => cause === 'cut:small');
  expect(Number(granted?.remaining)).toBe(1000 - 100 - 200 - Number(cut?.taken));
  expect(Number(cut?.taken)).toBeGreaterThanOrEqual(200);
  expect(Number(cut?.taken)).toBeLessThanOrEqual(400);
});

test.each<[string, LedgerCommand]>([
  ['no amount', { do: 'revoke', key: 'line-1', cause: 'x', total: '-1' }],
  ['no key', { do: 'end', key: '', cause: 'x' }],
  ['no cause', { do: 'freeze', cause: '' }],
  ['no time', { do: 'term', key: 'line-1', expiresAt: 'soon', priority: 0 }],
  ['nothing granted', pack('line-9', '0')],
])('a command with %s is refused at the edge', async (_what, command) => {
  const account = await fundedAccount(books, '0');
  await expect(books.ledger.applyBilling(account, [command])).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
});

async function reserved(account: string, amount: string): Promise<ReturnType<typeof call>> {
  const request = call(account, amount, { deadlineMs: 10 * DAY_MS });
  expect(await books.ledger.reserve(request)).toMatchObject({ kind: 'reserved' });
  return request;
}
