/**
 * Records the histories that replay.test.ts replays. Run it when the plugin's workflow side changes on
 * purpose, and keep the old recordings: runs that were started before the change must go on after it.
 *
 *   TOLLGATE_TEST_DATABASE_URL=… TOLLGATE_TEST_TEMPORAL_ADDRESS=… \
 *     node -r ./test/support/run-typescript.cjs test/replay/record.ts 0.1.0
 */
import type { WorkflowHandle } from '@temporalio/client';
import { TollgatePlugin } from '../../index';
import { openHouse, type GatedHouse } from '../temporal/support/gated-house';
import type { Step } from '../temporal/workflows/plan';
import { writeHistory } from './history-file';

const CHILD_ID = 'recorded-child';

async function record(version: string): Promise<void> {
  const house = await openHouse();
  const worker = await house.startWorker();
  try {
    for (const [name, handle] of await startAll(house)) {
      await handle.result().catch(() => undefined);
      writeHistory(`${version}-${name}.json`, await handle.fetchHistory());
    }
  } finally {
    await worker.stop();
    await house.close();
  }
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

record(process.argv[2] ?? 'unreleased').catch((error: unknown) => {
  process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
});
