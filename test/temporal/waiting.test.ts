/**
 * The promise: under `wait` a run that is refused for want of credits is not ended. It waits where it is,
 * and goes on with the same call once there are credits for it; what it had done is kept and not paid again.
 */
import { isInsufficientCredits, readInsufficientCredits, readRunCredits } from '../../client';
import type { RunningTollgate } from '../../index';
import { eventually } from '../support/eventually';
import { uniqueTaskQueue, type TestWorker } from '../support/temporal';
import { openHouse, type GatedHouse } from './support/gated-house';
import { topUp, whenInLine, whenOver, work } from './support/lines';
import { resetToEnd, resetToStart } from './support/reset';

let house: GatedHouse;
let worker: TestWorker;
let tollgate: RunningTollgate;
beforeAll(async () => {
  house = await openHouse();
  worker = await house.startWorker({ gate: { outOfCredits: 'wait' } });
  tollgate = await house.startTollgate();
});
afterAll(async () => {
  await Promise.all([worker.stop(), tollgate.stop()]);
  await house.close();
});

describe('a run that may wait', () => {
  it('goes on at the refused block after a grant, and pays finished ones once', async () => {
    const account = await house.fund('4');
    const handle = await house.start(account, [work('before'), work('refused'), work('after')]);
    const [waiting] = await eventually(async () => (await readRunCredits(handle)).waiting);
    expect(waiting).toMatchObject({ block: 'work', needed: '3', available: '1' });
    await topUp(house, account, '5');
    expect(await handle.result()).toEqual(['before', 'refused', 'after']);
    expect(await readRunCredits(handle)).toMatchObject({ spent: '9', blocks: 3 });
    expect(await house.charges(account)).toHaveLength(3);
    await whenOver(house, account);
  });

  it('waits in each of its parallel blocks by itself', async () => {
    const account = await house.fund('3');
    const steps = [{ parallel: ['a', 'b', 'c'].map(work) }];
    const handle = await house.start(account, steps);
    await whenInLine(house, account, 2);
    await topUp(house, account, '3');
    await whenInLine(house, account, 1);
    await topUp(house, account, '3');
    expect(await handle.result()).toEqual([['a', 'b', 'c']]);
    expect(await house.charges(account)).toHaveLength(3);
    await whenOver(house, account);
  });

  it('ends at the deadline as under halt, saying that it has waited', async () => {
    const account = await house.fund('1');
    const handle = await house.start(account, [work('refused')], {
      tollgate: { account, outOfCredits: { policy: 'wait', deadline: '1s' } },
    });
    const failure = await handle.result().catch((error: unknown) => error);
    expect(failure).toMatchObject({ cause: { type: 'INSUFFICIENT_CREDITS', category: 'BENIGN' } });
    const refusal = readInsufficientCredits(failure);
    expect(refusal).toMatchObject({ needed: '3', waited: { until: expect.any(String) } });
    expect(refusal?.waiting).toBeUndefined();
    await whenOver(house, account);
  });

  it('hands the refusal to its author at the deadline', async () => {
    const account = await house.fund('1');
    const handle = await house.start(account, [{ call: 'work', input: {}, catchRefusal: true }], {
      tollgate: { account, outOfCredits: { policy: 'wait', deadline: '1s' } },
    });
    expect(await handle.result()).toMatchObject([{ needed: '3', waited: {} }]);
  });

  it('is cancelled at once, and leaves the line', async () => {
    const account = await house.fund('1');
    const handle = await house.start(account, [work('refused')]);
    await whenInLine(house, account, 1);
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    await whenOver(house, account);
    expect(await house.ledger.listWaiting({ account })).toEqual([]);
  });

  it('halts all the same when its start says so', async () => {
    const account = await house.fund('1');
    const failure = await house
      .execute(account, [work('refused')], { tollgate: { account, outOfCredits: 'halt' } })
      .catch((error: unknown) => error);
    expect(isInsufficientCredits(failure)).toBe(true);
    expect(await house.ledger.listWaiting({ account })).toEqual([]);
  });

  it('does what the agent is set to where its start says nothing', async () => {
    const account = await house.fund('1');
    const halting = await house.startWorker({
      taskQueue: uniqueTaskQueue('by-agent'),
      gate: { outOfCredits: 'wait', outOfCreditsByAgent: { plan: 'halt' } },
    });
    const { taskQueue } = halting;
    const run = house.execute(account, [work('refused')], { taskQueue });
    await expect(run).rejects.toMatchObject({ cause: { type: 'INSUFFICIENT_CREDITS' } });
    await halting.stop();
  });

  it('does as its parent, and keeps its place in the tree', async () => {
    const account = await house.fund('1');
    const handle = await house.start(account, [{ child: [work('in the child')] }], {
      tollgate: { account, outOfCredits: { policy: 'wait', deadline: '1 hour' } },
    });
    const [first] = await whenInLine(house, account, 1);
    const hours = Number(first?.deadlineAt) - Number(first?.since);
    expect(hours).toBe(3_600_000);
    await topUp(house, account, '2');
    expect(await handle.result()).toEqual([['in the child']]);
    await whenOver(house, account);
  });

  it('does not wait for room in a budget', async () => {
    const account = await house.fund('10');
    const start = { account, budget: '2' };
    const run = house.execute(account, [work('too much')], { tollgate: start });
    await expect(run).rejects.toMatchObject({ cause: { type: 'BUDGET_EXCEEDED' } });
  });

  it('goes on as the run that a reset has made of it', async () => {
    const account = await house.fund('4');
    const handle = await house.start(account, [work('before'), work('refused')]);
    const [before] = await whenInLine(house, account, 1);
    const again = await resetToStart(house.client, handle);
    await eventually(async () => {
      const [now] = await house.ledger.listWaiting({ account });
      return now?.workflowRunId !== before?.workflowRunId && now?.place === before?.place;
    });
    await topUp(house, account, '2');
    expect(await again.result()).toEqual(['before', 'refused']);
    expect(await house.charges(account)).toHaveLength(2);
    await whenOver(house, account);
  });

  it('is found by its line after a reset to where it had begun to wait', async () => {
    const account = await house.fund('1');
    const handle = await house.start(account, [work('refused')]);
    await eventually(async () => (await readRunCredits(handle)).waiting);
    const again = await resetToEnd(house.client, handle);
    await topUp(house, account, '2');
    expect(await again.result()).toEqual(['refused']);
    await whenOver(house, account);
  });
});
