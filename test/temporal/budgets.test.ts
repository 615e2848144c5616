/**
 * The promise: a run is refused, and says why, where a budget of its account, its agent, itself or a
 * run above it has no room; a block may ask for more while it runs.
 */
import { credits } from '../../index';
import { openHouse, whenIdle, type GatedHouse } from './support/gated-house';
import type { TestWorker } from '../support/temporal';

let house: GatedHouse;
let worker: TestWorker;
beforeAll(async () => {
  house = await openHouse();
  worker = await house.startWorker();
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

const work = { call: 'work', input: { label: 'budgets' } } as const;

async function causeOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => undefined,
    (error: unknown) => (error as { cause?: unknown }).cause,
  );
}

it('a run stops at its own budget under BUDGET_EXCEEDED, with credits left', async () => {
  const account = await house.fund('100');
  const failure = await causeOf(
    house.execute(account, [work, work, work], { tollgate: { account, budget: '7' } }),
  );
  expect(failure).toMatchObject({
    type: 'BUDGET_EXCEEDED',
    nonRetryable: true,
    category: 'BENIGN',
    details: [{ account, block: 'work', needed: '3', cap: '7', spent: '6', kind: 'run' }],
  });
  expect((await house.ledger.readAccount(account)).balance).toBe(credits('94'));
});

it('child runs spend under the budget of the run above them, and under their own', async () => {
  const account = await house.fund('100');
  const tollgate = { account, budget: '10' };
  const child = { child: [work, work], options: { memo: { tollgate: { account, budget: '3' } } } };
  expect(await causeOf(house.execute(account, [child], { tollgate }))).toMatchObject({
    type: 'BUDGET_EXCEEDED',
    details: [{ cap: '3' }],
  });
  const children = [{ child: [work, work] }, { child: [work, work] }];
  expect(await causeOf(house.execute(account, children, { tollgate }))).toMatchObject({
    type: 'BUDGET_EXCEEDED',
    details: [{ cap: '10', spent: '9' }],
  });
  expect((await house.ledger.readAccount(account)).balance).toBe(credits('88'));
});

it('a continued run goes on under the same budget', async () => {
  const account = await house.fund('100');
  const failure = await causeOf(
    house.execute(account, [work, { continueAsNew: [work, work] }], {
      tollgate: { account, budget: '7' },
    }),
  );
  expect(failure).toMatchObject({ type: 'BUDGET_EXCEEDED', details: [{ spent: '6' }] });
});

it('each run has its own budget', async () => {
  const account = await house.fund('100');
  const tollgate = { account, budget: '3' };
  await house.execute(account, [work], { tollgate });
  await expect(house.execute(account, [work], { tollgate })).resolves.toEqual(['budgets']);
});

it('an agent’s daily budget holds over its runs', async () => {
  const account = await house.fund('100');
  await house.ledger.setBudget({
    account,
    kind: 'agent',
    subject: 'plan',
    period: 'day',
    cap: credits('5'),
  });
  await house.execute(account, [work]);
  expect(await causeOf(house.execute(account, [work]))).toMatchObject({
    type: 'BUDGET_EXCEEDED',
    details: [{ kind: 'agent', subject: 'plan', period: 'day', endsAt: expect.any(String) }],
  });
});

it('a budget that is no amount is refused where the run is started', async () => {
  const account = await house.fund('1');
  await expect(
    house.start(account, [work], { tollgate: { account, budget: '1.23456789' } }),
  ).rejects.toMatchObject({ code: 'AMOUNT_INVALID' });
});

it('a running block sets more aside, and then may cost that much', async () => {
  const account = await house.fund('100');
  house.work.when('grows', async ({ meter }) => {
    await meter.atLeast('9');
    const { reserved } = await house.ledger.readAccount(account);
    meter.add('kb', 16);
    return String(reserved);
  });
  const [reserved] = (await house.execute(account, [
    { call: 'data_work', input: { label: 'grows' } },
  ])) as string[];
  expect(reserved).toBe(String(credits('9')));
  const [entry] = await house.charges(account);
  expect(entry).toMatchObject({ reserved: credits('9'), charged: credits('9') });
});

it('a running block that cannot have more is told so, and ends the run if it does not mind it', async () => {
  const account = await house.fund('8');
  house.work.when('greedy', ({ meter }) => meter.atLeast('9'));
  const failure = await causeOf(
    house.execute(account, [{ call: 'data_work', input: { label: 'greedy' } }]),
  );
  expect(failure).toMatchObject({
    type: 'INSUFFICIENT_CREDITS',
    details: [{ needed: '9', available: '2', reserved: '6' }],
  });
  await whenIdle(house.ledger, account);
  house.work.when('modest', ({ meter }) =>
    meter.atLeast('9').catch(() => 'went on with what it had'),
  );
  expect(await house.execute(account, [{ call: 'data_work', input: { label: 'modest' } }])).toEqual(
    ['went on with what it had'],
  );
});
