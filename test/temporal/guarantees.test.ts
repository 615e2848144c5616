/**
 * The promise: a run that is started with a guarantee sets the whole aside at its first block, it and
 * the runs below it draw on that, and however it ends, the rest returns to the account.
 */
import { credits, TollgatePlugin, type RunningTollgate } from '../../index';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';
import { createDoor, waitHeartbeating } from './support/blocks';
import { openHouse, whenIdle, whenRunning, type GatedHouse } from './support/gated-house';
import { resetToStart } from './support/reset';
import type { Step } from './workflows/plan';

let house: GatedHouse;
let worker: TestWorker;
let tollgate: RunningTollgate;
beforeAll(async () => {
  house = await openHouse();
  tollgate = await house.startTollgate();
  worker = await house.startWorker({ gate: { reaper: { everyMs: 50, askEveryMs: 200 } } });
});
afterAll(async () => {
  await Promise.all([worker.stop(), tollgate.stop()]);
  await house.close();
});

const work: Step = { call: 'work', input: { label: 'guaranteed' } }; // 3 credits
const waiting: Step = { wait: 1 };
const guaranteed = (account: string, guarantee: string) => ({ tollgate: { account, guarantee } });

async function causeOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => undefined,
    (error: unknown) => (error as { cause?: unknown }).cause,
  );
}

const whenHeld = (account: string, amount: string): Promise<unknown> =>
  eventually(async () => (await house.ledger.readAccount(account)).reserved === credits(amount), {
    what: `${amount} to be set aside`,
  });

it('draws on it, and the rest is back when the run has completed', async () => {
  const account = await house.fund('10');
  const handle = await house.start(account, [work, waiting, work], guaranteed(account, '10'));
  await whenHeld(account, '7');
  await handle.signal('go');
  await handle.result();
  const view = await house.ledger.readAccount(account);
  expect(view).toMatchObject({ available: credits('4'), reserved: 0n });
  expect(await house.ledger.readRun(handle.workflowId)).toMatchObject({
    charged: credits('6'),
    guarantee: { amount: credits('10'), spent: credits('6'), returned: credits('4') },
  });
});

it('is refused at the first block for want of the whole, as INSUFFICIENT_CREDITS that says so', async () => {
  const account = await house.fund('9');
  expect(await causeOf(house.execute(account, [work], guaranteed(account, '10')))).toMatchObject({
    type: 'INSUFFICIENT_CREDITS',
    details: [{ needed: '10', available: '9', reserved: '0', reason: 'EXHAUSTED' }],
  });
  expect((await house.ledger.readAccount(account)).available).toBe(credits('9'));
});

it('of two runs with credits for one, one completes and the other is refused before it has begun', async () => {
  const account = await house.fund('14');
  const steps: Step[] = [work, work, work];
  const runs = [1, 2].map(() => house.execute(account, steps, guaranteed(account, '9')));
  const ends = await Promise.allSettled(runs);
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await house.charges(account)).toHaveLength(3);
  expect((await house.ledger.readAccount(account)).available).toBe(credits('5'));
});

it('child runs and parallel blocks draw on it', async () => {
  const account = await house.fund('12');
  const children: Step = { parallel: [{ child: [work, work] }, { child: [work] }, work] };
  const handle = await house.start(account, [children, waiting], guaranteed(account, '12'));
  await eventually(async () => (await house.charges(account)).length === 4);
  expect(
    (await house.charges(account)).every(({ guaranteed: paid }) => paid === credits('3')),
  ).toBe(true);
  await handle.signal('go');
  await handle.result();
  expect((await whenIdle(house.ledger, account)).balance).toBe(0n);
});

it('a child run on another account does not', async () => {
  const [account, other] = [await house.fund('10'), await house.fund('3')];
  const child: Step = { child: [work], options: { memo: { tollgate: { account: other } } } };
  await house.execute(account, [work, child], guaranteed(account, '10'));
  expect((await house.ledger.readAccount(other)).balance).toBe(0n);
  expect((await house.ledger.readAccount(account)).available).toBe(credits('7'));
});

it('beyond it a block is paid from what is available', async () => {
  const account = await house.fund('6');
  await house.execute(account, [work, work], guaranteed(account, '4'));
  expect((await house.charges(account)).map(({ guaranteed: paid }) => paid)).toEqual([
    credits('3'),
    credits('1'),
  ]);
});

describe('the rest returns when the run', () => {
  it('fails', async () => {
    const account = await house.fund('10');
    const steps: Step[] = [work, { failFirstAttempt: 'on purpose' }];
    await expect(house.execute(account, steps, guaranteed(account, '10'))).rejects.toThrow();
    expect(await house.ledger.readAccount(account)).toMatchObject({
      available: credits('7'),
      reserved: 0n,
    });
  });

  it('is cancelled', async () => {
    const account = await house.fund('10');
    const handle = await house.start(account, [work, waiting], guaranteed(account, '10'));
    await whenHeld(account, '7');
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect((await house.ledger.readAccount(account)).available).toBe(credits('7'));
  });

  it('is terminated', async () => {
    const account = await house.fund('10');
    const handle = await house.start(account, [work, waiting], guaranteed(account, '10'));
    await whenHeld(account, '7');
    await handle.terminate('on purpose');
    expect((await whenIdle(house.ledger, account)).available).toBe(credits('7'));
  });

  it('times out', async () => {
    const account = await house.fund('10');
    const handle = await house.start(account, [work, waiting], {
      ...guaranteed(account, '10'),
      workflowRunTimeout: '2s',
    });
    await whenHeld(account, '7');
    await expect(handle.result()).rejects.toThrow();
    expect((await whenIdle(house.ledger, account)).available).toBe(credits('7'));
  });

  it('is terminated while a block runs, whose own part returns when it ends', async () => {
    const account = await house.fund('10');
    const door = createDoor();
    house.work.when('left behind', (context) => waitHeartbeating(context, door));
    const block: Step = {
      call: 'work',
      input: { label: 'left behind' },
      options: { heartbeatTimeout: '1s', startToCloseTimeout: '20s' },
    };
    const handle = await house.start(account, [block], guaranteed(account, '10'));
    await whenRunning(house, 'left behind');
    await handle.terminate('on purpose');
    expect((await whenIdle(house.ledger, account)).available).toBe(credits('10'));
    door.open();
  });
});

it('stands as long as the run lives, however often it is asked after', async () => {
  const account = await house.fund('10');
  const handle = await house.start(account, [work, waiting, work], guaranteed(account, '10'));
  await whenHeld(account, '7');
  const made = (await house.ledger.listReservations({ account }))[0]?.deadlineAt.getTime() ?? 0;
  // Its deadline is put off by nobody but the sweep.
  await eventually(async () => {
    const [open] = await house.ledger.listReservations({ account });
    return (open?.deadlineAt.getTime() ?? 0) > made + 500;
  });
  await handle.signal('go');
  await handle.result();
  expect((await house.ledger.readAccount(account)).available).toBe(credits('4'));
});

describe('a run that goes on as another', () => {
  it('by continue-as-new draws on the same guarantee, and returns the rest', async () => {
    const account = await house.fund('10');
    const handle = await house.start(
      account,
      [work, { continueAsNew: [work, waiting, { continueAsNew: [work] }] }],
      guaranteed(account, '10'),
    );
    await whenHeld(account, '4');
    const [open] = await house.ledger.listReservations({ account });
    await eventually(async () => {
      const [now] = await house.ledger.listReservations({ account });
      return Number(now?.deadlineAt) > Number(open?.deadlineAt) + 300;
    });
    await house.client.workflow.getHandle(handle.workflowId).signal('go');
    await handle.result();
    const paid = (await house.charges(account)).map(({ guaranteed: amount }) => amount);
    expect(paid).toEqual([credits('3'), credits('3'), credits('3')]);
    expect((await house.ledger.readAccount(account)).available).toBe(credits('1'));
  });

  it('by its retry policy holds one of its own', async () => {
    const account = await house.fund('13');
    await house.execute(account, [work, { failFirstAttempt: 'on purpose' }], {
      ...guaranteed(account, '10'),
      retry: { initialInterval: '10ms', maximumAttempts: 2 },
    });
    expect(await house.ledger.readAccount(account)).toMatchObject({
      available: credits('7'),
      reserved: 0n,
    });
    const whole = (await house.ledger.listRuns({ account })).map(({ guarantee }) => guarantee);
    expect(whole).toMatchObject([{ amount: credits('10') }, { amount: credits('10') }]);
  });

  it('by its retry policy holds one of its own also where it had continued as new', async () => {
    const account = await house.fund('16');
    const steps: Step[] = [work, { continueAsNew: [work, { failFirstAttempt: 'on purpose' }] }];
    await house.execute(account, steps, {
      ...guaranteed(account, '10'),
      retry: { initialInterval: '10ms', maximumAttempts: 2 },
    });
    expect(await house.ledger.readAccount(account)).toMatchObject({
      available: credits('7'),
      reserved: 0n,
    });
    const whole = (await house.ledger.listRuns({ account })).flatMap((run) => run.guarantee ?? []);
    expect(whole.map(({ spent }) => spent)).toEqual([credits('3'), credits('6')]);
  });

  it('by cron holds one of its own at each tick', async () => {
    const account = await house.fund('20');
    const handle = await house.start(account, [work], {
      ...guaranteed(account, '10'),
      cronSchedule: '@every 1s',
    });
    await eventually(async () => (await house.charges(account)).length >= 2);
    await house.client.workflow.getHandle(handle.workflowId).terminate('on purpose');
    const { balance } = await whenIdle(house.ledger, account);
    const ticks = await house.ledger.listRuns({ account });
    expect(ticks.length).toBeGreaterThan(1);
    for (const { guarantee } of ticks) expect(guarantee).toMatchObject({ amount: credits('10') });
    expect(balance).toBe(credits('20') - BigInt(ticks.length) * credits('3'));
  });

  it('by a reset after its end goes on without', async () => {
    const account = await house.fund('10');
    const handle = await house.start(account, [work], guaranteed(account, '8'));
    await handle.result();
    const again = await resetToStart(house.client, handle);
    await again.result();
    expect(await house.ledger.readAccount(account)).toMatchObject({
      available: credits('7'),
      reserved: 0n,
    });
    expect((await house.ledger.readRun(handle.workflowId)).guarantee).toMatchObject({
      spent: credits('3'),
      returned: credits('5'),
    });
  });

  it('by a reset keeps it', async () => {
    const account = await house.fund('10');
    const handle = await house.start(account, [work, waiting, work], guaranteed(account, '10'));
    await whenHeld(account, '7');
    const again = await resetToStart(house.client, handle);
    const [open] = await house.ledger.listReservations({ account });
    await eventually(async () => {
      const [now] = await house.ledger.listReservations({ account });
      return Number(now?.deadlineAt) > Number(open?.deadlineAt) + 300;
    });
    await again.signal('go');
    await again.result();
    const paid = (await house.charges(account)).map(({ guaranteed: amount }) => amount);
    expect(paid).toEqual([credits('3'), credits('3')]);
    expect((await house.ledger.readAccount(account)).available).toBe(credits('4'));
  });
});

describe('a run that may wait', () => {
  const patient = (account: string, guarantee: string) => ({
    tollgate: { account, guarantee, outOfCredits: 'wait' as const },
  });
  const more = (account: string, amount: string, key: string) =>
    house.ledger.grant({ account, amount: credits(amount), key, source: 'top-up' });
  const inLine = (account: string) =>
    eventually(async () => (await house.ledger.listWaiting({ account }))[0]);

  it('waits at its first block for the whole, and not for that block only', async () => {
    const account = await house.fund('5');
    const handle = await house.start(account, [work, work, work], patient(account, '9'));
    expect(await inLine(account)).toMatchObject({ needed: credits('9') });
    await more(account, '3', 'too little');
    // There are 8 credits, and they are kept back for it.
    await expect(house.execute(account, [work])).rejects.toThrow();
    expect(await house.charges(account)).toEqual([]);
    await more(account, '1', 'enough');
    await handle.result();
    expect((await house.charges(account)).filter(({ guaranteed: paid }) => paid)).toHaveLength(3);
  });

  it('in a block beyond its guarantee goes on when a sibling gives back, without new credits', async () => {
    const account = await house.fund('9');
    const door = createDoor();
    house.work.when('sibling', async (context) => {
      await waitHeartbeating(context, door);
      context.meter.add('kb', 0);
    });
    const sibling: Step = { call: 'data_work', input: { label: 'sibling' } }; // 6 reserved, 1 charged
    const parallel: Step = { parallel: [sibling, { wait: 1, then: { parallel: [work, work] } }] };
    const handle = await house.start(account, [parallel], patient(account, '9'));
    await whenRunning(house, 'sibling');
    await handle.signal('go');
    await inLine(account);
    door.open();
    await handle.result();
    expect((await house.ledger.readAccount(account)).available).toBe(credits('2'));
  });
});

describe('a quote', () => {
  const named = (account: string, agent: string, guarantee: string) => ({
    tollgate: { account, agent, guarantee },
  });

  it('is the most that runs of the agent cost', async () => {
    const account = await house.fund('30');
    const past = { tollgate: { account, agent: 'quoted' } };
    await house.execute(account, [work], past);
    await house.execute(account, [work, work], past);
    const handle = await house.start(account, [work, waiting], named(account, 'quoted', 'quote'));
    await whenHeld(account, '3');
    await handle.signal('go');
    await handle.result();
    const { guarantee } = await house.ledger.readRun(handle.workflowId);
    expect(guarantee).toMatchObject({ amount: credits('6') });
  });

  it('without a past run is refused', async () => {
    const account = await house.fund('30');
    expect(
      await causeOf(house.execute(account, [work], named(account, 'new', 'quote'))),
    ).toMatchObject({ type: 'QUOTE_UNKNOWN' });
    expect((await house.ledger.readAccount(account)).available).toBe(credits('30'));
  });
});

it('that is no amount is refused where the run is started', async () => {
  const account = await house.fund('1');
  for (const guarantee of ['0', '-1', 'much'])
    await expect(
      house.start(account, [work], guaranteed(account, guarantee)),
    ).rejects.toMatchObject({ code: 'AMOUNT_INVALID' });
});

it('returns through another worker when the run’s own has none of Tollgate’s activities', async () => {
  const account = await house.fund('10');
  const taskQueue = `workflows-only-${house.taskQueue}`;
  const workflows = await house.startWorker({ taskQueue, plugins: [new TollgatePlugin()] });
  const options = { ...guaranteed(account, '10'), taskQueue };
  const block: Step = { ...work, options: { taskQueue: house.taskQueue } };
  await house.execute(account, [block], options);
  expect((await whenIdle(house.ledger, account)).available).toBe(credits('7'));
  await workflows.stop();
});
