/**
 * Budgets cap what may be spent, beside the balance: no reserve and no settle lifts one above its cap.
 */
import { credits } from '../../../core/contract/credits';
import type { ReserveRequest } from '../../../core/contract/reservation';
import {
  call,
  capped,
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

const agent = (request: ReserveRequest, name: string): ReserveRequest => ({
  ...request,
  facts: { ...request.facts, agent: name, schedule: 'nightly', member: 'mo' },
});

async function spend(request: ReserveRequest, amount: string): Promise<string> {
  const { kind } = await books.ledger.reserve(request);
  if (kind === 'reserved') await books.ledger.settle(settleOf(request, amount));
  return kind;
}

test('a call over the cap is refused, and told what is spent, reserved and when it begins anew', async () => {
  const account = await fundedAccount(books, '100');
  await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: credits('10') });
  expect(await spend(call(account, '5'), '4')).toBe('reserved');
  await books.ledger.reserve(call(account, '3', { deadlineMs: 9 * DAY_MS }));
  expect(await books.ledger.reserve(call(account, '4'))).toEqual({
    kind: 'over-budget',
    needed: credits('4'),
    cap: credits('10'),
    spent: credits('4'),
    reserved: credits('3'),
    budget: { kind: 'account', subject: '', period: 'day' },
    endsAt: new Date('2026-03-11T00:00:00Z'),
  });
  expect(await spend(call(account, '3'), '3')).toBe('reserved');
});

test('want of credits comes before want of budget', async () => {
  const account = await fundedAccount(books, '3');
  await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: credits('1') });
  expect((await books.ledger.reserve(call(account, '4'))).kind).toBe('insufficient');
  expect((await books.ledger.reserve(call(account, '2'))).kind).toBe('over-budget');
});

test.each([
  ['agent', 'digest'],
  ['schedule', 'nightly'],
  ['member', 'mo'],
] as const)('a budget of one %s counts its calls only', async (kind, subject) => {
  const account = await fundedAccount(books, '100');
  await books.ledger.setBudget({ account, kind, subject, period: 'month', cap: credits('5') });
  expect(await spend(agent(call(account, '5'), 'digest'), '5')).toBe('reserved');
  expect(await spend(agent(call(account, '1'), 'digest'), '1')).toBe('over-budget');
  expect(await spend(call(account, '50'), '50')).toBe('reserved');
});

test('a release and a smaller cost give their room back', async () => {
  const account = await fundedAccount(books, '100');
  await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: credits('5') });
  const released = call(account, '5');
  await books.ledger.reserve(released);
  await books.ledger.release(releaseOf(released));
  expect(await spend(call(account, '5'), '1')).toBe('reserved');
  expect(await spend(call(account, '4'), '4')).toBe('reserved');
  expect(await spend(call(account, '1'), '1')).toBe('over-budget');
});

test('a cost above its reservation is absorbed where a budget has no room for it', async () => {
  const account = await fundedAccount(books, '100');
  await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: credits('6') });
  const request = call(account, '4');
  await books.ledger.reserve(request);
  expect(chargeOf(await books.ledger.settle(settleOf(request, '9')))).toMatchObject({
    charged: credits('6'),
    absorbed: credits('3'),
  });
});

test('a late settle counts against the budget too', async () => {
  const account = await fundedAccount(books, '100');
  await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: credits('6') });
  const request = call(account, '4');
  await books.ledger.reserve(request);
  books.moveTo(MINUTE_MS + 1);
  await books.ledger.expireOverdue();
  expect(await spend(call(account, '5'), '5')).toBe('reserved');
  expect(chargeOf(await books.ledger.settle(settleOf(request, '4')))).toMatchObject({
    late: true,
    charged: credits('1'),
    absorbed: credits('3'),
  });
});

test.each([
  ['UTC', '2026-03-10T23:59:59Z', '2026-03-11T00:00:00Z'],
  ['America/New_York', '2026-03-11T03:59:59Z', '2026-03-11T04:00:00Z'],
  ['Asia/Kolkata', '2026-03-10T18:29:59Z', '2026-03-10T18:30:00Z'],
])('a day in %s ends at its own midnight', async (zone, before, after) => {
  const account = await fundedAccount(books, '100');
  await books.ledger.setBudget({
    account,
    kind: 'account',
    period: 'day',
    zone,
    cap: credits('5'),
  });
  expect(await spend(call(account, '5'), '5')).toBe('reserved');
  books.moveTo(new Date(before));
  expect(await spend(call(account, '1'), '1')).toBe('over-budget');
  books.moveTo(new Date(after));
  expect(await spend(call(account, '5'), '5')).toBe('reserved');
});

test('the day on which clocks go forward ends at midnight all the same', async () => {
  books.moveTo(new Date('2026-03-29T00:30:00+01:00'));
  const account = await fundedAccount(books, '100');
  const budget = await books.ledger.setBudget({
    account,
    kind: 'account',
    period: 'day',
    zone: 'Europe/Vienna',
    cap: credits('5'),
  });
  expect(budget.endsAt).toEqual(new Date('2026-03-30T00:00:00+02:00'));
});

test('calls of a child run count against every run above it that has a budget', async () => {
  const account = await fundedAccount(books, '100');
  const parent = call(account, '1').run;
  const child = call(account, '1').run;
  const caps = [
    { run: parent, cap: credits('10') },
    { run: child, cap: credits('4') },
  ];
  const inChild = (amount: string): ReserveRequest => {
    const request = call(account, amount, { run: child });
    return { ...request, facts: { ...request.facts, parent, caps } };
  };
  const inParent = (amount: string): ReserveRequest => {
    const request = call(account, amount, { run: parent });
    return { ...request, facts: { ...request.facts, caps: caps.slice(0, 1) } };
  };
  expect(await spend(inChild('4'), '4')).toBe('reserved');
  expect(await spend(inChild('1'), '1')).toBe('over-budget');
  expect(await spend(inParent('7'), '7')).toBe('over-budget');
  expect(await spend(inParent('6'), '6')).toBe('reserved');
});

test('what a child does not use is its parent’s again at once, also when nobody ends the child', async () => {
  const account = await fundedAccount(books, '100');
  const parent = call(account, '1').run;
  const below = (run: string, amount: string, cap: string): ReserveRequest => {
    const request = call(account, amount, { run });
    const caps = [
      { run: parent, cap: credits('10') },
      { run, cap: credits(cap) },
    ];
    return { ...request, facts: { ...request.facts, parent, caps } };
  };
  // Ten children of 10 each fit under a parent of 10, as long as all of them together cost no more.
  for (let count = 0; count < 9; count += 1)
    expect(await spend(below(call(account, '1').run, '2', '10'), '1')).toBe('reserved');
  expect(await spend(below(call(account, '1').run, '2', '10'), '1')).toBe('over-budget');
  const lost = below(call(account, '1').run, '1', '10');
  expect((await books.ledger.reserve(lost)).kind).toBe('reserved');
  expect(await spend(below(call(account, '1').run, '1', '10'), '1')).toBe('over-budget');
  books.moveTo(2 * MINUTE_MS);
  await books.ledger.expireOverdue();
  expect(await spend(below(call(account, '1').run, '1', '10'), '1')).toBe('reserved');
});

test('a child with a guarantee has its share of the parent’s budget, and gives back what it did not use', async () => {
  const account = await fundedAccount(books, '100');
  const parent = call(account, '1').run;
  const caps = [{ run: parent, cap: credits('10') }];
  const of = (request: ReserveRequest): ReserveRequest => ({
    ...request,
    facts: { ...request.facts, parent, caps },
  });
  const child = of(call(account, '1'));
  const inParent = () => {
    const request = call(account, '5', { run: parent });
    return { ...request, facts: { ...request.facts, caps } };
  };
  expect((await books.ledger.reserve(under('6', child))).kind).toBe('reserved');
  expect((await books.ledger.reserve(inParent())).kind).toBe('over-budget');
  await books.ledger.settle(settleOf(child, '1'));
  expect((await books.ledger.reserve(inParent())).kind).toBe('over-budget');
  await books.ledger.endGuarantee(child.run);
  expect((await books.ledger.reserve(inParent())).kind).toBe('reserved');
});

test.each([1, 2])(
  'racing calls over %i ledger lanes never pass the caps of run, agent and account',
  async () => {
    const account = await fundedAccount(books, '10000');
    await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: credits('60') });
    await books.ledger.setBudget({
      account,
      kind: 'agent',
      subject: 'digest',
      period: 'day',
      cap: credits('50'),
    });
    const run = call(account, '1').run;
    const requests = Array.from({ length: 60 }, (_, place) => {
      const request = agent(
        call(account, '2', place % 2 ? { run } : {}),
        place % 3 ? 'digest' : 'other',
      );
      const caps = place % 2 ? { caps: [{ run, cap: credits('16') }] } : {};
      return {
        ...request,
        facts: { ...request.facts, agent: place % 2 ? 'digest' : request.facts.agent, ...caps },
      };
    });
    const answers = await Promise.all(requests.map((request) => books.ledger.reserve(request)));
    const reserved = answers.filter(({ kind }) => kind === 'reserved').length;
    expect(reserved).toBe(30);
    expect(answers.every(({ kind }) => kind === 'reserved' || kind === 'over-budget')).toBe(true);
    await Promise.all(requests.map((request) => books.ledger.settle(settleOf(request, '1'))));
    const spent = (await books.ledger.listBudgets(account)).map((budget) => [
      budget.kind,
      budget.spent <= budget.cap,
    ]);
    expect(spent).toEqual([
      ['account', true],
      ['agent', true],
    ]);
  },
);

describe('what calls of a run left of its budget as they settled together', () => {
  const inRun = (request: ReserveRequest): ReserveRequest => capped('40', request);

  /** A run of ten calls that fill its cap of 40; nine of them have cost 1 each, in one batch. The tenth is given. */
  async function openRun(): Promise<ReserveRequest> {
    const account = await fundedAccount(books, '1000');
    const { run } = call(account, '0');
    const requests = Array.from({ length: 10 }, () => inRun(call(account, '4', { run })));
    const [last, ...others] = requests as [ReserveRequest, ...ReserveRequest[]];
    await Promise.all(requests.map((request) => books.ledger.reserve(request)));
    expect((await books.ledger.reserve(inRun(call(account, '1', { run })))).kind).toBe(
      'over-budget',
    );
    await Promise.all(others.map((request) => books.ledger.settle(settleOf(request, '1'))));
    return last;
  }

  it('is there for the next call, and no more than that', async () => {
    const { account, run } = await openRun();
    expect(await books.ledger.reserve(inRun(call(account, '28', { run })))).toMatchObject({
      kind: 'over-budget',
      spent: credits('9'),
      reserved: credits('4'),
    });
    expect(await spend(inRun(call(account, '27', { run })), '27')).toBe('reserved');
  });

  it('is there for a call that grows', async () => {
    const last = await openRun();
    expect((await books.ledger.grow({ ...last, amount: credits('32') })).kind).toBe('over-budget');
    expect((await books.ledger.grow({ ...last, amount: credits('31') })).kind).toBe('grown');
  });

  it('is there for a cost above its reservation', async () => {
    const last = await openRun();
    expect(chargeOf(await books.ledger.settle(settleOf(last, '35')))).toMatchObject({
      charged: credits('31'),
      absorbed: credits('4'),
    });
  });

  it('is there for the guarantee of a child', async () => {
    const { account, run: parent, facts } = await openRun();
    const child = (whole: string): ReserveRequest => {
      const request = call(account, '1');
      return under(whole, { ...request, facts: { ...facts, ...request.facts, parent } });
    };
    expect((await books.ledger.reserve(child('28'))).kind).toBe('over-budget');
    expect((await books.ledger.reserve(child('27'))).kind).toBe('reserved');
  });
});

test('a removed budget caps nothing, and what it counted is forgotten', async () => {
  const account = await fundedAccount(books, '100');
  await books.ledger.setBudget({ account, kind: 'account', period: 'day', cap: 0n });
  expect(await spend(call(account, '1'), '1')).toBe('over-budget');
  await books.ledger.removeBudget({ account, kind: 'account', period: 'day' });
  expect(await spend(call(account, '1'), '1')).toBe('reserved');
  await expect(
    books.ledger.removeBudget({ account, kind: 'account', period: 'day' }),
  ).rejects.toMatchObject({
    code: 'BUDGET_UNKNOWN',
  });
});

test.each([
  ['a time zone that does not exist', { zone: 'Mars/Olympus' }, 'INPUT_INVALID'],
  ['an account with a subject', { subject: 'x' }, 'INPUT_INVALID'],
  ['a negative cap', { cap: -1n }, 'AMOUNT_INVALID'],
])('%s is refused', async (_name, changes, code) => {
  const account = await fundedAccount(books, '1');
  const request = { account, kind: 'account', period: 'day', cap: 1n, ...changes } as const;
  await expect(books.ledger.setBudget(request)).rejects.toMatchObject({ code });
});
