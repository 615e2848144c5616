/**
 * The promise: a call is charged once however often it is tried, and two calls that are meant to be paid
 * separately are. One case per row of the table in docs/gate-header.md.
 */
import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { openHouse, type GatedHouse } from './support/gated-house';
import { resetToStart } from './support/reset';
import { eventually } from '../support/eventually';
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

/** Fails until it has been tried so often. */
function failTimes(count: number): () => string {
  let failures = 0;
  return () => {
    if (failures++ < count) throw new Error('not yet');
    return 'done';
  };
}

const work = (label: string) => ({ call: 'work', input: { label } }) as const;

describe('one call is charged once', () => {
  it('over retries of its activity', async () => {
    const account = await house.fund('10');
    house.work.when('retried', failTimes(3));
    expect(await house.execute(account, [work('retried')])).toEqual(['done']);
    expect(house.work.runs('retried')).toBe(4);
    expect(await house.charges(account)).toHaveLength(1);
  });

  it('over a reset of its run', async () => {
    const account = await house.fund('10');
    const handle = await house.start(account, [work('reset'), work('reset')]);
    await handle.result();
    const again = await resetToStart(house.client, handle);
    expect(await again.result()).toEqual(['reset', 'reset']);
    expect(house.work.runs('reset')).toBe(4);
    expect((await house.charges(account)).map(({ nth }) => nth)).toEqual([1, 2]);
  });

  it('over a reset of its run while it is running', async () => {
    const account = await house.fund('10');
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    house.work.when('in flight', () => released);
    const handle = await house.start(account, [work('in flight')]);
    await eventually(() => house.work.runs('in flight') === 1);
    const again = await resetToStart(house.client, handle);
    await eventually(() => house.work.runs('in flight') === 2);
    release();
    await again.result();
    expect(await house.charges(account)).toHaveLength(1);
  });

  it('in a child, over a reset of the parent', async () => {
    const account = await house.fund('20');
    const handle = await house.start(account, [
      { child: [work('child'), { child: [work('grandchild')] }] },
      { child: [work('child')] },
    ]);
    await handle.result();
    const again = await resetToStart(house.client, handle);
    await again.result();
    expect(house.work.runs('child')).toBe(4);
    expect(house.work.runs('grandchild')).toBe(2);
    expect(await house.charges(account)).toHaveLength(3);
  });
});

describe('each of these is charged on its own', () => {
  it('calls of the same block in one run', async () => {
    const account = await house.fund('10');
    await house.execute(account, [work('a'), { parallel: [work('b'), work('c')] }]);
    expect((await house.charges(account)).map(({ nth }) => nth).sort()).toEqual([1, 2, 3]);
  });

  it('runs that a retry of the workflow makes', async () => {
    const account = await house.fund('10');
    await house.execute(account, [work('first'), { failFirstAttempt: 'on purpose' }], {
      retry: { initialInterval: '10ms', maximumAttempts: 2 },
    });
    expect(await house.charges(account)).toHaveLength(2);
  });

  it('runs that a retry of a child makes', async () => {
    const account = await house.fund('10');
    await house.execute(account, [
      {
        child: [work('first'), { failFirstAttempt: 'on purpose' }],
        options: { retry: { initialInterval: '10ms', maximumAttempts: 2 } },
      },
    ]);
    expect(await house.charges(account)).toHaveLength(2);
  });

  it('runs that continue as new', async () => {
    const account = await house.fund('10');
    await house.execute(account, [
      work('one'),
      { continueAsNew: [work('two'), { continueAsNew: [work('three')] }] },
    ]);
    expect((await house.charges(account)).map(({ nth }) => nth)).toEqual([1, 1, 1]);
  });

  it('children that continue as new', async () => {
    const account = await house.fund('10');
    await house.execute(account, [
      {
        child: [work('one'), { continueAsNew: [work('two'), { continueAsNew: [work('three')] }] }],
      },
    ]);
    expect((await house.charges(account)).map(({ nth }) => nth)).toEqual([1, 1, 1]);
  });

  it('ticks of a cron', async () => {
    const account = await house.fund('100');
    const handle = await house.start(account, [work('tick')], {
      cronSchedule: '@every 1s',
    });
    await eventually(async () => (await house.charges(account)).length >= 2);
    await handle.terminate();
  });

  it('ticks of a cron child', async () => {
    const account = await house.fund('100');
    const handle = await house.start(account, [
      { child: [work('tick')], options: { cronSchedule: '@every 1s' } },
    ]);
    await eventually(async () => (await house.charges(account)).length >= 2);
    await handle.terminate();
  });

  it('runs under a reused workflow id', async () => {
    const account = await house.fund('10');
    const workflowId = `reused-${randomUUID()}`;
    await house.execute(account, [work('reused')], { workflowId });
    await house.execute(account, [work('reused')], { workflowId });
    expect(await house.charges(account)).toHaveLength(2);
  });
});

describe('a settled call that is run again', () => {
  it('keeps the first charge, and its receipt says so', async () => {
    const account = await house.fund('10');
    const handle = await house.start(account, [work('receipt')]);
    await handle.result();
    const again = await resetToStart(house.client, handle);
    await again.result();
    const { events } = await again.fetchHistory();
    const result = events?.find((event) => event.activityTaskCompletedEventAttributes)
      ?.activityTaskCompletedEventAttributes?.result?.payloads?.[0]?.data;
    const { receipt } = JSON.parse(Buffer.from(result ?? []).toString()) as {
      receipt: Record<string, unknown>;
    };
    expect(receipt).toMatchObject({ charged: '3', replayed: true });
  });

  it('still fails its run when it fails', async () => {
    const account = await house.fund('10');
    const handle = await house.start(account, [work('fails later')]);
    await handle.result();
    house.work.when('fails later', () => {
      throw ApplicationFailure.nonRetryable('broken');
    });
    const again = await resetToStart(house.client, handle);
    await expect(again.result()).rejects.toMatchObject({ cause: { cause: { message: 'broken' } } });
    expect(await house.charges(account)).toHaveLength(1);
  });
});
