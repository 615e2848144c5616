/**
 * The promise: under `wait` a run that is refused for want of credits is not ended. It waits where it is,
 * and goes on with the same call once there are credits for it; what it had done is kept and not paid again.
 */
import { isInsufficientCredits, readInsufficientCredits, readRunCredits } from '../../client';
import { outOfCreditsId } from '../../core/contract/out-of-credits';
import { credits, type RunningTollgate } from '../../index';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';
import { openHouse, whenIdle, type GatedHouse } from './support/gated-house';
import type { Step } from './workflows/plan';

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

const call = (label: string): Step => ({ call: 'work', input: { label } });

function grant(account: string, amount: string, key = 'more') {
  return house.ledger.grant({ account, amount: credits(amount), key, source: 'top-up' });
}

/** Waits until so many calls of the account are in line. */
function whenInLine(account: string, count: number) {
  return eventually(
    async () => {
      const line = await house.ledger.listWaiting({ account });
      return line.length === count && line;
    },
    { what: `${count} in line` },
  );
}

/** Waits until nothing of the episode is left. */
async function whenOver(account: string): Promise<void> {
  await house.client.workflow.getHandle(outOfCreditsId(account)).result();
  await whenIdle(house.ledger, account);
}

describe('a run that may wait', () => {
  it('goes on at the refused block after a grant, and pays finished ones once', async () => {
    const account = await house.fund('4');
    const handle = await house.start(account, [call('before'), call('refused'), call('after')]);
    const [waiting] = await eventually(async () => (await readRunCredits(handle)).waiting);
    expect(waiting).toMatchObject({ block: 'work', needed: '3', available: '1' });
    await grant(account, '5');
    expect(await handle.result()).toEqual(['before', 'refused', 'after']);
    expect(await readRunCredits(handle)).toMatchObject({ spent: '9', blocks: 3 });
    expect(await house.charges(account)).toHaveLength(3);
    await whenOver(account);
  });

  it('waits in each of its parallel blocks by itself', async () => {
    const account = await house.fund('3');
    const steps = [{ parallel: ['a', 'b', 'c'].map(call) }];
    const handle = await house.start(account, steps);
    await whenInLine(account, 2);
    await grant(account, '3', 'one');
    await whenInLine(account, 1);
    await grant(account, '3', 'two');
    expect(await handle.result()).toEqual([['a', 'b', 'c']]);
    expect(await house.charges(account)).toHaveLength(3);
    await whenOver(account);
  });

  it('ends at the deadline as under halt, saying that it has waited', async () => {
    const account = await house.fund('1');
    const handle = await house.start(account, [call('refused')], {
      tollgate: { account, outOfCredits: { policy: 'wait', deadline: '1s' } },
    });
    const failure = await handle.result().catch((error: unknown) => error);
    expect(failure).toMatchObject({ cause: { type: 'INSUFFICIENT_CREDITS', category: 'BENIGN' } });
    const refusal = readInsufficientCredits(failure);
    expect(refusal).toMatchObject({ needed: '3', waited: { until: expect.any(String) } });
    expect(refusal?.waiting).toBeUndefined();
    await whenOver(account);
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
    const handle = await house.start(account, [call('refused')]);
    await whenInLine(account, 1);
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    await whenOver(account);
    expect(await house.ledger.listWaiting({ account })).toEqual([]);
  });

  it('halts all the same when its start says so', async () => {
    const account = await house.fund('1');
    const failure = await house
      .execute(account, [call('refused')], { tollgate: { account, outOfCredits: 'halt' } })
      .catch((error: unknown) => error);
    expect(isInsufficientCredits(failure)).toBe(true);
    expect(await house.ledger.listWaiting({ account })).toEqual([]);
  });
});
