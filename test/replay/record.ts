/**
 * Records the histories that replay.test.ts replays. Run it when the plugin's workflow side changes on
 * purpose, and keep the old recordings: runs that were started before the change must go on after it.
 *
 *   TOLLGATE_TEST_DATABASE_URL=… TOLLGATE_TEST_TEMPORAL_ADDRESS=… \
 *     node -r ./test/support/run-typescript.cjs test/replay/record.ts 0.1.0
 */
import type { WorkflowHandle } from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import { TollgatePlugin } from '../../index';
import { openHouse, type GatedHouse } from '../temporal/support/gated-house';
import { topUp, whenInLine, work } from '../temporal/support/lines';
import type { Step } from '../temporal/workflows/plan';
import { record } from './history-file';

const CHILD_ID = 'recorded-child';

async function recordAll(version: string): Promise<void> {
  const house = await openHouse();
  const worker = await house.startWorker();
  const tollgate = await house.startTollgate();
  try {
    const started = [...(await startAll(house)), ...(await startWaiting(house))];
    for (const [name, handle] of started) {
      await handle.result().catch(() => undefined);
      await record(version, name, handle);
    }
  } finally {
    await Promise.all([worker.stop(), tollgate.stop()]);
    await house.close();
  }
}

/** Runs that wait for credits: for some, in parallel, in vain, and until they are cancelled. */
async function startWaiting(house: GatedHouse): Promise<readonly [string, WorkflowHandle][]> {
  const start = async (steps: readonly Step[], deadline: Duration) => {
    const account = await house.fund('1');
    const outOfCredits = { policy: 'wait', deadline } as const;
    const handle = await house.start(account, steps, { tollgate: { account, outOfCredits } });
    return { account, handle };
  };
  const woken = await start([work('waits'), work('goes on')], '1 hour');
  const parallel = await start([{ parallel: [work('one'), work('two')] }], '1 hour');
  const inVain = await start([work('in vain')], '1s');
  const cancelled = await start([work('cancelled')], '1 hour');
  await whenInLine(house, woken.account, 1);
  await whenInLine(house, parallel.account, 2);
  await whenInLine(house, cancelled.account, 1);
  await topUp(house, woken.account, '5');
  await topUp(house, parallel.account, '2');
  await whenInLine(house, parallel.account, 1);
  await topUp(house, parallel.account, '3');
  await cancelled.handle.cancel();
  return [
    ['waited', woken.handle],
    ['waited-parallel', parallel.handle],
    ['waited-in-vain', inVain.handle],
    ['waited-cancelled', cancelled.handle],
  ];
}

async function startAll(house: GatedHouse): Promise<readonly [string, WorkflowHandle][]> {
  let failures = 0;
  house.work.when('fails once', () => {
    if (failures++ === 0) throw new Error('not yet');
  });
  const call = (label: string): Step => ({ call: 'work', input: { label } });
  const start = async (
    funds: string,
    steps: readonly Step[],
    guarantee?: string,
  ): Promise<WorkflowHandle> => {
    const account = await house.fund(funds);
    return house.start(account, steps, {
      tollgate: { account, ...(guarantee === undefined ? {} : { guarantee }) },
    });
  };
  const tree = await start('100', [
    call('one'),
    {
      child: [call('two'), { continueAsNew: [call('three')] }],
      options: { workflowId: CHILD_ID },
    },
    { child: [call('four')], options: { retry: { maximumAttempts: 2 } } },
  ]);
  await tree.result();
  const attributes = house.temporal.createClient({
    plugins: [new TollgatePlugin({ searchAttributes: true })],
  });
  return [
    ['calls', await start('100', [call('one'), { parallel: [call('two'), call('fails once')] }])],
    ['tree', tree],
    ['child', house.client.workflow.getHandle(CHILD_ID)],
    ['halted', await start('3', [call('one'), call('refused')])],
    ['caught', await start('3', [call('one'), { ...call('refused'), catchRefusal: true }])],
    [
      'keyed',
      await start('100', [
        { local: 'work', key: 'local', input: { label: 'local' } },
        { call: 'work', input: { label: 'keyed' }, options: { tollgate: { key: 'regular' } } },
        { call: 'free_work', input: { label: 'free' } },
      ]),
    ],
    ['guaranteed', await start('20', [call('one'), { child: [call('two')] }, call('three')], '12')],
    [
      'search-attributes',
      await attributes.workflow.start('plan', {
        taskQueue: house.taskQueue,
        workflowId: 'recorded-search-attributes',
        args: [[call('one')]],
        tollgate: { account: await house.fund('100') },
      }),
    ],
  ];
}

recordAll(process.argv[2] ?? 'unreleased').catch((error: unknown) => {
  process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
});
