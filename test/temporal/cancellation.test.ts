/**
 * The promise: a cancelled block gives its reservation back when nobody will try it again, and keeps it
 * when somebody will.
 */
import { CancelledFailure } from '@temporalio/common';
import { createDoor, waitHeartbeating } from './support/blocks';
import { openHouse, whenIdle, whenRunning, type GatedHouse } from './support/gated-house';
import type { TestWorker } from '../support/temporal';

let house: GatedHouse;
let worker: TestWorker;
beforeAll(async () => {
  house = await openHouse();
  worker = await house.startWorker({ shutdownGraceTime: 0 });
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

const options = { startToCloseTimeout: '20s', heartbeatTimeout: '2s' } as const;
const closings = async (account: string) =>
  (await house.ledger.listEntries(account)).filter(({ kind }) => kind !== 'granted').reverse();

// With the first, the run waits for the block to confirm; with the second it is closed at once.
describe.each(['WAIT_CANCELLATION_COMPLETED', 'TRY_CANCEL'] as const)(
  'a run cancelled by %s',
  (type) => {
    const cancellable = { ...options, cancellationType: type };

    it('releases the block that heeds it', async () => {
      const account = await house.fund('10');
      const label = `heeds ${type}`;
      house.work.when(label, (context) => waitHeartbeating(context, createDoor()));
      const handle = await house.start(account, [
        { call: 'work', input: { label }, options: cancellable },
      ]);
      await whenRunning(house, label);
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      await whenIdle(house.ledger, account);
      expect(await closings(account)).toMatchObject([{ kind: 'released' }]);
    });

    it('charges what the block had metered, where the block says so', async () => {
      const account = await house.fund('10');
      const label = `metered ${type}`;
      house.work.when(label, async (context) => {
        context.meter.add('kb', 2);
        await waitHeartbeating(context, createDoor());
      });
      const step = { call: 'risky_work', input: { label }, options: cancellable };
      const handle = await house.start(account, [step]);
      await whenRunning(house, label);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      await whenIdle(house.ledger, account);
      expect(await closings(account)).toMatchObject([{ kind: 'settled', charged: 2_000_000n }]);
    });
  },
);

describe('a cancelled run', () => {
  it('charges the block that does not hear of it', async () => {
    const account = await house.fund('10');
    const door = createDoor();
    house.work.when('deaf', () => door.opened);
    const handle = await house.start(account, [
      { call: 'work', input: { label: 'deaf' }, options: { cancellationType: 'TRY_CANCEL' } },
    ]);
    await whenRunning(house, 'deaf');
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    door.open();
    await whenIdle(house.ledger, account);
    expect(await closings(account)).toMatchObject([{ kind: 'settled' }]);
  });
});

describe('a terminated run', () => {
  it('releases the block that hears of it', async () => {
    const account = await house.fund('10');
    const door = createDoor();
    house.work.when('terminated', (context) => waitHeartbeating(context, door));
    const handle = await house.start(account, [
      { call: 'work', input: { label: 'terminated' }, options },
    ]);
    await whenRunning(house, 'terminated');
    await handle.terminate();
    await whenIdle(house.ledger, account);
    expect(await closings(account)).toMatchObject([{ kind: 'released' }]);
  });

  it('charges the block that runs to its end', async () => {
    const account = await house.fund('10');
    const door = createDoor();
    house.work.when('runs on', () => door.opened);
    const handle = await house.start(account, [{ call: 'work', input: { label: 'runs on' } }]);
    await whenRunning(house, 'runs on');
    await handle.terminate();
    door.open();
    await whenIdle(house.ledger, account);
    expect(await closings(account)).toMatchObject([{ kind: 'settled', charged: 3_000_000n }]);
  });
});

describe('a worker that shuts down', () => {
  it('keeps the reservation for the attempt on another worker', async () => {
    const account = await house.fund('3');
    const door = createDoor();
    house.work.when('moved', (context) => waitHeartbeating(context, door));
    const run = house.execute(account, [{ call: 'work', input: { label: 'moved' }, options }]);
    await whenRunning(house, 'moved');
    await worker.stop();
    expect((await house.ledger.readAccount(account)).reserved).toBe(3_000_000n);
    expect(await closings(account)).toEqual([]);
    worker = await house.startWorker();
    await whenRunning(house, 'moved', 2);
    door.open();
    await run;
    expect(await closings(account)).toMatchObject([{ kind: 'settled' }]);
  });

  it('releases it when that was the last attempt', async () => {
    const account = await house.fund('3');
    house.work.when('last', (context) => waitHeartbeating(context, createDoor()));
    const last = { ...options, retry: { maximumAttempts: 1 } };
    const run = house.execute(account, [{ call: 'work', input: { label: 'last' }, options: last }]);
    const failed = expect(run).rejects.toThrow();
    await whenRunning(house, 'last');
    await worker.stop();
    expect(await closings(account)).toMatchObject([{ kind: 'released' }]);
    worker = await house.startWorker();
    await failed;
  });

  it('does not mistake a block that gives up by itself for one that was cancelled', async () => {
    const account = await house.fund('3');
    house.work.when('own', () => {
      throw new CancelledFailure('of its own');
    });
    const step = {
      call: 'work',
      input: { label: 'own' },
      options: { retry: { maximumAttempts: 1 } },
    };
    await expect(house.execute(account, [step])).rejects.toThrow();
    expect(await closings(account)).toMatchObject([{ kind: 'released' }]);
  });
});
