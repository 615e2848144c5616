/**
 * The promise: every reservation ends as the table "What ends a reservation" says, whatever happens to
 * the attempt that made it. One case per row; rows about cancellation, operators, async completion and
 * dying processes have files of their own.
 */
import { ApplicationFailure } from '@temporalio/common';
import { createDoor } from './support/blocks';
import { openHouse, whenIdle, whenRunning, type GatedHouse } from './support/gated-house';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';

let house: GatedHouse;
let worker: TestWorker;
beforeAll(async () => {
  house = await openHouse();
  worker = await house.startWorker({ gate: { slackMs: 200 } });
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

const entries = async (account: string) =>
  (await house.ledger.listEntries(account)).filter(({ kind }) => kind !== 'granted').reverse();

describe('a block that fails for good', () => {
  it.each([
    ['by a failure that must not be retried', { retry: { maximumAttempts: 5 } }, true],
    ['in its last attempt', { retry: { maximumAttempts: 1 } }, false],
    ['when its next attempt would come too late', { scheduleToCloseTimeout: '900ms' }, false],
  ] as const)('%s is released', async (how, options, nonRetryable) => {
    const account = await house.fund('10');
    house.work.when(how, () => {
      throw ApplicationFailure.create({ message: 'broken', nonRetryable });
    });
    const run = house.execute(account, [{ call: 'work', input: { label: how }, options }]);
    await expect(run).rejects.toThrow();
    expect(await entries(account)).toMatchObject([
      { kind: 'released', reserved: 3_000_000n, returned: 3_000_000n },
    ]);
  });

  it('by an error type that its retry policy names is released', async () => {
    const account = await house.fund('10');
    house.work.when('named', () => {
      throw new TypeError('broken');
    });
    const options = { retry: { nonRetryableErrorTypes: ['TypeError'] } };
    const run = house.execute(account, [{ call: 'work', input: { label: 'named' }, options }]);
    await expect(run).rejects.toThrow();
    expect(await entries(account)).toMatchObject([{ kind: 'released' }]);
  });

  it('is charged what it had metered, where it says so', async () => {
    const account = await house.fund('10');
    house.work.when('metered', ({ meter }) => {
      meter.add('kb', 4);
      throw ApplicationFailure.nonRetryable('broken');
    });
    const run = house.execute(account, [{ call: 'risky_work', input: { label: 'metered' } }]);
    await expect(run).rejects.toThrow();
    expect(await entries(account)).toMatchObject([
      { kind: 'settled', charged: 3_000_000n, returned: 3_000_000n, usage: { kb: 4 } },
    ]);
  });

  it('is released when it says so but had metered nothing', async () => {
    const account = await house.fund('10');
    house.work.when('nothing', () => {
      throw ApplicationFailure.nonRetryable('broken');
    });
    const run = house.execute(account, [{ call: 'risky_work', input: { label: 'nothing' } }]);
    await expect(run).rejects.toThrow();
    expect(await entries(account)).toMatchObject([{ kind: 'released' }]);
  });
});

describe('a block that fails and is tried again', () => {
  it('keeps its reservation in between', async () => {
    const account = await house.fund('3');
    const seen: bigint[] = [];
    house.work.when('again', async () => {
      seen.push((await house.ledger.readAccount(account)).reserved);
      if (seen.length < 3) throw new Error('not yet');
    });
    await house.execute(account, [{ call: 'work', input: { label: 'again' } }]);
    expect(seen).toEqual([3_000_000n, 3_000_000n, 3_000_000n]);
    expect(await entries(account)).toMatchObject([{ kind: 'settled' }]);
  });

  it('reports only the usage of the attempt that returned', async () => {
    const account = await house.fund('10');
    let attempts = 0;
    house.work.when('usage', ({ meter }) => {
      meter.add('kb', 2);
      if (++attempts < 3) throw new Error('not yet');
    });
    await house.execute(account, [{ call: 'data_work', input: { label: 'usage' } }]);
    expect(await entries(account)).toMatchObject([{ charged: 2_000_000n, usage: { kb: 2 } }]);
  });
});

describe('a timeout that no code sees', () => {
  const options = { startToCloseTimeout: '500ms', retry: { maximumAttempts: 1 } } as const;

  it('keeps the reservation until its deadline, then it lapses', async () => {
    const account = await house.fund('10');
    const door = createDoor();
    house.work.when('hangs', () => door.opened);
    const run = house.execute(account, [{ call: 'work', input: { label: 'hangs' }, options }]);
    await expect(run).rejects.toThrow();
    expect((await house.ledger.readAccount(account)).reserved).toBe(3_000_000n);
    await eventually(async () => (await house.ledger.expireOverdue()) > 0);
    expect(await entries(account)).toMatchObject([{ kind: 'lapsed', returned: 3_000_000n }]);
    door.open();
    await eventually(async () => (await entries(account)).length === 2);
  });

  it('charges a settle that comes after that once, and marks it late', async () => {
    const account = await house.fund('4');
    const door = createDoor();
    house.work.when('late', () => door.opened);
    const run = house.execute(account, [{ call: 'work', input: { label: 'late' }, options }]);
    await expect(run).rejects.toThrow();
    await eventually(async () => (await house.ledger.expireOverdue()) > 0);
    door.open();
    await eventually(async () => (await entries(account)).length === 2);
    expect((await entries(account))[1]).toMatchObject({
      kind: 'settled',
      late: true,
      charged: 3_000_000n,
    });
  });

  it('lets the next attempt take the reservation over, safe from the one that hangs', async () => {
    const account = await house.fund('3');
    const doors = [createDoor(), createDoor()] as const;
    let attempts = 0;
    house.work.when('zombie', async () => {
      const attempt = attempts++;
      await doors[attempt]?.opened;
      if (attempt === 0) throw ApplicationFailure.nonRetryable('too late');
      return 'done';
    });
    const run = house.execute(account, [
      {
        call: 'work',
        input: { label: 'zombie' },
        options: { startToCloseTimeout: '1s', retry: { initialInterval: '10ms' } },
      },
    ]);
    await whenRunning(house, 'zombie', 2);
    doors[0].open();
    doors[1].open();
    expect(await run).toEqual(['done']);
    expect(await entries(account)).toMatchObject([{ kind: 'settled', charged: 3_000_000n }]);
    await whenIdle(house.ledger, account);
  });
});

describe('a block that costs more than was reserved', () => {
  it('draws the rest from what is available', async () => {
    const account = await house.fund('10');
    house.work.when('big', ({ meter }) => meter.add('kb', 14));
    await house.execute(account, [{ call: 'data_work', input: { label: 'big' } }]);
    expect(await entries(account)).toMatchObject([{ reserved: 6_000_000n, charged: 8_000_000n }]);
  });

  it('never takes more than there is: the rest is absorbed', async () => {
    const account = await house.fund('7');
    house.work.when('huge', ({ meter }) => meter.add('kb', 100));
    await house.execute(account, [{ call: 'data_work', input: { label: 'huge' } }]);
    expect(await entries(account)).toMatchObject([
      { reserved: 6_000_000n, charged: 7_000_000n, absorbed: 44_000_000n },
    ]);
  });

  it('refuses a meter value that is none, and is released', async () => {
    const account = await house.fund('10');
    house.work.when('bad meter', ({ meter }) => meter.add('kb', -1));
    const run = house.execute(account, [{ call: 'data_work', input: { label: 'bad meter' } }]);
    await expect(run).rejects.toMatchObject({ cause: { cause: { type: 'METER_INVALID' } } });
    expect(await entries(account)).toMatchObject([{ kind: 'released' }]);
  });
});
