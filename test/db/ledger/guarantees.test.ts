/**
 * A guarantee sets a whole run's credits aside at once: the run and those below it draw on it first,
 * what they do not need returns to it while it lives, and the rest to the account at its end.
 */
import { credits } from '../../../core/contract/credits';
import type { ReserveRequest } from '../../../core/contract/reservation';
import {
  call,
  chargeOf,
  DAY_MS,
  expectCleanBooks,
  fundedAccount,
  MINUTE_MS,
  NOON,
  openBooks,
  releaseOf,
  settleOf,
  under,
  type Books,
} from './books';

let books: Books;
beforeAll(async () => (books = await openBooks()));
beforeEach(() => books.moveTo(NOON));
afterEach(() => expectCleanBooks(books));
afterAll(() => books.close());

const left = async (account: string): Promise<readonly [bigint, bigint]> => {
  const { available, reserved } = await books.ledger.readAccount(account);
  return [available, reserved];
};

/** What the guarantee of a run still holds. */
async function holds(account: string, run: string): Promise<bigint | undefined> {
  const open = await books.ledger.listReservations({ account });
  return open.find((one) => one.run === run && one.call === 0n)?.amount;
}

/** Another call of the same run, or of a run below it. */
const next = (first: ReserveRequest, amount: string): ReserveRequest =>
  under('10', call(first.account, amount, { run: first.run }), first);
const below = (first: ReserveRequest, amount: string): ReserveRequest =>
  under('10', call(first.account, amount), first);

describe('the first reserve', () => {
  it('sets the whole aside, and its own amount from that', async () => {
    const account = await fundedAccount(books, '12');
    const first = under('10', call(account, '4'));
    expect(await books.ledger.reserve(first)).toMatchObject({
      kind: 'reserved',
      reserved: credits('4'),
      available: credits('2'),
    });
    expect(await left(account)).toEqual([credits('2'), credits('10')]);
    expect(await holds(account, first.run)).toBe(credits('6'));
  });

  it('is refused for want of the whole, and then nothing is held', async () => {
    const account = await fundedAccount(books, '9');
    expect(await books.ledger.reserve(under('10', call(account, '4')))).toMatchObject({
      kind: 'insufficient',
      needed: credits('10'),
      available: credits('9'),
    });
    expect(await left(account)).toEqual([credits('9'), 0n]);
  });

  it('that is above the guarantee needs the difference too', async () => {
    const account = await fundedAccount(books, '12');
    expect(await books.ledger.reserve(under('10', call(account, '13')))).toMatchObject({
      kind: 'insufficient',
      needed: credits('13'),
    });
    expect((await books.ledger.reserve(under('10', call(account, '12')))).kind).toBe('reserved');
  });

  it('is made again by an attempt without a second guarantee', async () => {
    const account = await fundedAccount(books, '30');
    const first = under('10', call(account, '4'));
    await books.ledger.reserve(first);
    expect(await books.ledger.reserve({ ...first, claim: 2n })).toMatchObject({ takenOver: true });
    expect(await left(account)).toEqual([credits('20'), credits('10')]);
  });

  it('is refused on a frozen account', async () => {
    const account = await fundedAccount(books, '30');
    await books.ledger.setFrozen(account, true);
    expect(await books.ledger.reserve(under('10', call(account, '4')))).toEqual({
      kind: 'account-frozen',
    });
  });

  it('of a run that stands below the one that holds it makes it as well', async () => {
    const account = await fundedAccount(books, '12');
    const root = call(account, '1');
    await books.ledger.reserve(below(root, '4'));
    expect(await holds(account, root.run)).toBe(credits('6'));
    expect((await books.ledger.readRun(root.run)).workflowId).toBe(root.facts.workflowId);
  });
});

describe('a call under it', () => {
  it('needs nothing that is available, and gives back to it what it did not cost', async () => {
    const account = await fundedAccount(books, '10');
    const first = under('10', call(account, '4'));
    await books.ledger.reserve(first);
    expect((await books.ledger.reserve(call(account, '1'))).kind).toBe('insufficient');
    const second = below(first, '6');
    expect((await books.ledger.reserve(second)).kind).toBe('reserved');
    await books.ledger.settle(settleOf(second, '1.5'));
    expect(await holds(account, first.run)).toBe(credits('4.5'));
    await books.ledger.release(releaseOf(first));
    expect(await holds(account, first.run)).toBe(credits('8.5'));
    expect(await left(account)).toEqual([0n, credits('8.5')]);
  });

  it('takes the rest from what is available, is charged from the guarantee first, and gives each its own back', async () => {
    const account = await fundedAccount(books, '20');
    const first = under('10', call(account, '4'));
    await books.ledger.reserve(first);
    const second = next(first, '9');
    expect(await books.ledger.reserve(second)).toMatchObject({ available: credits('7') });
    expect(await holds(account, first.run)).toBe(0n);
    await books.ledger.settle(settleOf(second, '5'));
    expect(await holds(account, first.run)).toBe(credits('1'));
    expect(await left(account)).toEqual([credits('10'), credits('5')]);
  });

  it('beyond it is refused for what is missing, told without what the run itself holds', async () => {
    const account = await fundedAccount(books, '12');
    const first = under('10', call(account, '4'));
    await books.ledger.reserve(first);
    expect(await books.ledger.reserve(next(first, '9'))).toMatchObject({
      kind: 'insufficient',
      needed: credits('3'),
      available: credits('2'),
      reserved: credits('4'),
    });
    expect(await holds(account, first.run)).toBe(credits('6'));
  });

  it('costs more than it reserved: from the guarantee, then from what is available, the rest is absorbed', async () => {
    const account = await fundedAccount(books, '11');
    const first = under('10', call(account, '4'));
    await books.ledger.reserve(first);
    const second = next(first, '2');
    await books.ledger.reserve(second);
    expect(chargeOf(await books.ledger.settle(settleOf(second, '9')))).toMatchObject({
      charged: credits('7'),
      absorbed: credits('2'),
    });
    expect(await holds(account, first.run)).toBe(0n);
    expect(await left(account)).toEqual([0n, credits('4')]);
  });

  it('capped, it costs no more than it reserved', async () => {
    const account = await fundedAccount(books, '11');
    const first = under('10', call(account, '4'));
    await books.ledger.reserve(first);
    expect(chargeOf(await books.ledger.settle(settleOf(first, '9', 'cap')))).toMatchObject({
      charged: credits('4'),
    });
    expect(await holds(account, first.run)).toBe(credits('6'));
  });

  it('grows from the guarantee, then from what is available', async () => {
    const account = await fundedAccount(books, '12');
    const first = under('10', call(account, '4'));
    await books.ledger.reserve(first);
    const { ledger } = books;
    expect(await ledger.grow({ ...first, amount: credits('9') })).toMatchObject({
      kind: 'grown',
      available: credits('2'),
    });
    expect(await ledger.grow({ ...first, amount: credits('13') })).toMatchObject({
      kind: 'insufficient',
      needed: credits('2') + credits('1'),
    });
    expect(await ledger.grow({ ...first, amount: credits('12') })).toMatchObject({
      kind: 'grown',
      available: 0n,
    });
    await ledger.settle(settleOf(first, '3'));
    expect(await holds(account, first.run)).toBe(credits('7'));
    expect(await left(account)).toEqual([credits('2'), credits('7')]);
  });

  it('lapses back into it, and settles late from it', async () => {
    const account = await fundedAccount(books, '10');
    const first = under('10', call(account, '4'));
    await books.ledger.reserve(first);
    books.moveTo(MINUTE_MS + 1);
    await books.ledger.expireOverdue();
    expect(await holds(account, first.run)).toBe(credits('10'));
    expect(chargeOf(await books.ledger.settle(settleOf(first, '3')))).toMatchObject({
      late: true,
      charged: credits('3'),
    });
    expect(await holds(account, first.run)).toBe(credits('7'));
  });

  it('settles once, whoever asks', async () => {
    const account = await fundedAccount(books, '10');
    const first = under('10', call(account, '4'));
    await books.ledger.reserve(first);
    await books.ledger.settle(settleOf(first, '3'));
    expect(await books.ledger.settle(settleOf(first, '4'))).toMatchObject({ replayed: true });
    expect(await books.ledger.reserve(first)).toMatchObject({ kind: 'settled' });
    expect(await holds(account, first.run)).toBe(credits('7'));
  });

  it('says in its entry what the guarantee paid', async () => {
    const account = await fundedAccount(books, '20');
    const first = under('10', call(account, '12'));
    await books.ledger.reserve(first);
    await books.ledger.settle(settleOf(first, '11'));
    const [entry] = await books.ledger.listEntries(account);
    expect(entry).toMatchObject({ charged: credits('11'), guaranteed: credits('10') });
    expect(await books.ledger.readRun(first.run)).toMatchObject({
      guarantee: { amount: credits('10'), spent: credits('10'), holds: 0n },
    });
  });
});

describe('its end', () => {
  it('returns the rest, once; what is still open returns to the account', async () => {
    const account = await fundedAccount(books, '10');
    const first = under('10', call(account, '4'));
    await books.ledger.reserve(first);
    expect(await books.ledger.endGuarantee(first.run)).toBe(credits('6'));
    expect(await books.ledger.endGuarantee(first.run)).toBeUndefined();
    expect(await left(account)).toEqual([credits('6'), credits('4')]);
    await books.ledger.settle(settleOf(first, '1'));
    expect(await left(account)).toEqual([credits('9'), 0n]);
    const entries = await books.ledger.listEntries(account);
    expect(entries.map(({ kind, block }) => [kind, block])).toEqual([
      ['settled', 'summarise'],
      ['released', '(guarantee)'],
      ['granted', undefined],
    ]);
  });

  it('is final: later calls are paid from what is available', async () => {
    const account = await fundedAccount(books, '10');
    const first = under('10', call(account, '4'));
    await books.ledger.reserve(first);
    await books.ledger.endGuarantee(first.run);
    expect(await books.ledger.reserve(next(first, '2'))).toMatchObject({ available: credits('4') });
    expect(await holds(account, first.run)).toBeUndefined();
  });

  it('comes by itself a day after anybody has heard of the run', async () => {
    const account = await fundedAccount(books, '10');
    const first = under('10', call(account, '4', { deadlineMs: 3 * DAY_MS }));
    await books.ledger.reserve(first);
    const holdsAfter = async (ms: number): Promise<unknown> => {
      books.moveTo(ms);
      await books.ledger.expireOverdue();
      return holds(account, first.run);
    };
    expect(await holdsAfter(DAY_MS - 1)).toBe(credits('6'));
    await books.ledger.extendGuarantee(first.run, 'the run that continues it');
    expect(await holdsAfter(DAY_MS - 1)).toBe(credits('6'));
    expect(await holdsAfter(1)).toBeUndefined();
    expect(await left(account)).toEqual([credits('6'), credits('4')]);
  });

  it('of an unknown run, or one without a guarantee, is nothing', async () => {
    const account = await fundedAccount(books, '10');
    expect(await books.ledger.endGuarantee(call(account, '1').run)).toBeUndefined();
  });
});

test('each open guarantee is asked for by one, and not again before its time', async () => {
  const account = await fundedAccount(books, '10');
  const first = under('10', call(account, '4'));
  await books.ledger.reserve(first);
  const due = { namespace: 'default', everyMs: MINUTE_MS };
  const mine = async (): Promise<unknown> =>
    (await books.ledger.guaranteesToAsk(due)).filter(({ run }) => run === first.run);
  expect(await mine()).toEqual([]);
  books.moveTo(MINUTE_MS);
  expect(await books.ledger.guaranteesToAsk({ ...due, namespace: 'other' })).toEqual([]);
  const asked = { run: first.run, workflowId: first.facts.workflowId, aliveAs: first.run };
  expect((await Promise.all([mine(), mine()])).flat()).toEqual([asked]);
  await books.ledger.extendGuarantee(first.run, 'continued');
  books.moveTo(MINUTE_MS);
  expect(await mine()).toEqual([{ ...asked, aliveAs: 'continued' }]);
  await books.ledger.endGuarantee(first.run);
  books.moveTo(MINUTE_MS);
  expect(await mine()).toEqual([]);
});

describe('grants under it', () => {
  it('burn in their order, and may expire meanwhile', async () => {
    const account = await fundedAccount(books, '6');
    const expiresAt = new Date(NOON.getTime() + DAY_MS);
    const { ledger } = books;
    await ledger.grant({ account, key: 'soon', source: 'pack', amount: credits('5'), expiresAt });
    const first = under('10', call(account, '2', { deadlineMs: 9 * DAY_MS }));
    await ledger.reserve(first);
    books.moveTo(DAY_MS - MINUTE_MS);
    await ledger.extendGuarantee(first.run, first.run);
    books.moveTo(MINUTE_MS);
    await ledger.settle(settleOf(first, '1'));
    const second = next(first, '6');
    await ledger.reserve(second);
    await ledger.settle(settleOf(second, '6'));
    const burned = await ledger.listEntries(account);
    expect(burned[0]?.grants).toEqual([
      { key: 'soon', amount: credits('4') },
      { key: 'first', amount: credits('2') },
    ]);
    await ledger.endGuarantee(first.run);
    expect(await left(account)).toEqual([credits('4'), 0n]);
  });

  it('that were revoked are lost at its end, and no sooner', async () => {
    const account = await fundedAccount(books, '10');
    const first = under('8', call(account, '2'));
    await books.ledger.reserve(first);
    await books.ledger.revoke({ account, key: 'first' });
    await books.ledger.settle(settleOf(first, '1'));
    expect(await holds(account, first.run)).toBe(credits('7'));
    await books.ledger.endGuarantee(first.run);
    expect((await books.ledger.readAccount(account)).balance).toBe(0n);
  });
});

describe('budgets', () => {
  it('have room for the whole from the start, so that a call under it needs none', async () => {
    const account = await fundedAccount(books, '100');
    await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: credits('10') });
    const first = under('10', call(account, '4'));
    expect((await books.ledger.reserve(first)).kind).toBe('reserved');
    expect((await books.ledger.reserve(call(account, '1'))).kind).toBe('over-budget');
    const second = next(first, '6');
    expect((await books.ledger.reserve(second)).kind).toBe('reserved');
    await books.ledger.settle(settleOf(first, '4'));
    await books.ledger.settle(settleOf(second, '1'));
    const [budget] = await books.ledger.listBudgets(account);
    expect(budget).toMatchObject({ spent: credits('5'), reserved: credits('5') });
    await books.ledger.endGuarantee(first.run);
    expect(await books.ledger.listBudgets(account)).toMatchObject([
      { spent: credits('5'), reserved: 0n },
    ]);
  });

  it('without room for the whole refuse it, naming the whole', async () => {
    const account = await fundedAccount(books, '100');
    await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: credits('9') });
    expect(await books.ledger.reserve(under('10', call(account, '4')))).toMatchObject({
      kind: 'over-budget',
      needed: credits('10'),
    });
    expect(await left(account)).toEqual([credits('100'), 0n]);
  });

  it('of a run below count what it draws, and those of the holder once', async () => {
    const account = await fundedAccount(books, '100');
    const caps = (...all: readonly (readonly [string, string])[]) =>
      all.map(([run, cap]) => ({ run, cap: credits(cap) }));
    const root = call(account, '1');
    const child = call(account, '5');
    const holder = { ...root, facts: { ...root.facts, caps: caps([root.run, '12']) } };
    const capped = {
      ...child,
      facts: { ...child.facts, caps: caps([child.run, '7'], [root.run, '12']) },
    };
    expect((await books.ledger.reserve(under('10', capped, holder))).kind).toBe('reserved');
    expect(
      await books.ledger.reserve(under('10', call(account, '3', { run: child.run }), holder)),
    ).toMatchObject({ kind: 'over-budget', cap: credits('7') });
    expect(
      await books.ledger.reserve(under('10', call(account, '8', { run: root.run }), holder)),
    ).toMatchObject({ kind: 'over-budget', cap: credits('12'), needed: credits('8') });
    await books.ledger.settle(settleOf(child, '9'));
    const [entry] = await books.ledger.listEntries(account);
    expect(entry).toMatchObject({ charged: credits('7'), absorbed: credits('2') });
  });

  it('are never lifted above their cap by what a child of another agent gives back', async () => {
    const account = await fundedAccount(books, '100');
    const cap = credits('10');
    await books.ledger.setBudget({ account, kind: 'agent', subject: 'root', period: 'day', cap });
    const named = (request: ReserveRequest, agent: string): ReserveRequest => ({
      ...request,
      facts: { ...request.facts, agent },
    });
    const root = named(call(account, '1'), 'root');
    const child = under('10', named(call(account, '6'), 'child'), root);
    await books.ledger.reserve(child);
    const other = named(call(account, '5'), 'root');
    expect((await books.ledger.reserve(other)).kind).toBe('reserved');
    await books.ledger.release(releaseOf(child));
    expect(await holds(account, root.run)).toBe(credits('5'));
    expect(await books.ledger.listBudgets(account)).toMatchObject([{ reserved: cap }]);
  });
});

test('of two guaranteed runs with credits for one, one completes and the other holds nothing', async () => {
  const account = await fundedAccount(books, '15');
  const runs = [under('10', call(account, '4')), under('10', call(account, '4'))] as const;
  const answers = await Promise.all(runs.map((first) => books.ledger.reserve(first)));
  expect(answers.map(({ kind }) => kind).sort()).toEqual(['insufficient', 'reserved']);
  const winner = runs[answers.findIndex(({ kind }) => kind === 'reserved')] ?? runs[0];
  const calls = Array.from({ length: 12 }, () => next(winner, '0.5'));
  const reserved = await Promise.all(calls.map((one) => books.ledger.reserve(one)));
  expect(reserved.every(({ kind }) => kind === 'reserved')).toBe(true);
  await Promise.all(calls.map((one) => books.ledger.settle(settleOf(one, '0.5'))));
  expect(await holds(account, winner.run)).toBe(0n);
  expect(await left(account)).toEqual([credits('5'), credits('4')]);
});

test('a whole of nothing, or less, is refused', async () => {
  const account = await fundedAccount(books, '15');
  const refused = { code: 'AMOUNT_INVALID' };
  await expect(books.ledger.reserve(under('0', call(account, '4')))).rejects.toMatchObject(refused);
  await expect(books.ledger.reserve(under('-1', call(account, '4')))).rejects.toMatchObject(
    refused,
  );
});
