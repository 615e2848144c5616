/**
 * The promise: gating adds no event to a run's history, and what is there shows a person what each
 * block cost: the receipt, a summary, the credits spent so far.
 */
import { randomUUID } from 'node:crypto';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { WorkflowHandle } from '@temporalio/client';
import { readRunCredits } from '../../client';
import { TollgatePlugin } from '../../index';
import { createDoor } from './support/blocks';
import { openHouse, whenRunning, type GatedHouse } from './support/gated-house';
import { loadBundle, WORKFLOWS_PATH } from './support/workflow-bundle';
import type { TestWorker } from '../support/temporal';
import { eventually } from '../support/eventually';
import type { Step } from './workflows/plan';

let house: GatedHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const call = (label: string) => ({ call: 'echo', input: { label } });
/** One after the other, so that the server has nothing to batch. */
const sequence = ['one', 'two', 'three', 'four', 'five'].map(call);
const tree: readonly Step[] = [
  call('one'),
  { parallel: [call('two'), call('three')] },
  { child: [call('four'), { continueAsNew: [call('five')] }] },
];

async function eventTypes(handle: WorkflowHandle): Promise<readonly string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).map(
    ({ eventType }) => temporal.api.enums.v1.EventType[eventType ?? 0] ?? '?',
  );
}

const activities = { echo: ({ label }: { label: string }) => Promise.resolve(label) };
const echoPrice = { kind: 'fixed', credits: '1' } as const;
const book = { version: '1', effectiveAt: '2020-01-01T00:00:00Z', prices: { echo: echoPrice } };

describe('a history', () => {
  let plain: TestWorker;
  let gated: TestWorker;
  beforeAll(async () => {
    const workflowBundle = await loadBundle({ workflowsPath: WORKFLOWS_PATH });
    plain = await house.temporal.startWorker({ workflowBundle, activities });
    gated = await house.startWorker({ activities, gate: { priceBooks: [book] } });
  });
  afterAll(async () => {
    await plain.stop();
    await gated.stop();
  });

  /** The types of both runs' events: without the gate, and with it. */
  async function runBoth(steps: readonly Step[]) {
    const account = await house.fund('10');
    const without = await house.temporal.client.workflow.start('plan', {
      taskQueue: plain.taskQueue,
      workflowId: `run-${randomUUID()}`,
      args: [steps],
    });
    await without.result();
    const withGate = await house.start(account, steps);
    await withGate.result();
    expect(await house.charges(account)).toHaveLength(5);
    return { without: await eventTypes(without), withGate: await eventTypes(withGate) };
  }

  it('has the same events, one by one, with the gate and without it', async () => {
    const { without, withGate } = await runBoth(sequence);
    expect(withGate).toEqual(without);
    expect(without.length).toBeGreaterThan(20);
  });

  it('has as many of each kind with parallel blocks and child runs', async () => {
    const { without, withGate } = await runBoth(tree);
    // How the server batches results into workflow tasks is its own affair.
    const isOurs = (type: unknown) => !String(type).includes('WORKFLOW_TASK');
    expect(withGate.filter(isOurs).sort()).toEqual(without.filter(isOurs).sort());
  });
});

it('shows the receipt and a summary of each block', async () => {
  const worker = await house.startWorker();
  const account = await house.fund('10');
  house.work.when('metered', ({ meter }) => meter.add('kb', 4));
  const handle = await house.start(account, [
    { call: 'data_work', input: { label: 'metered' } },
    { call: 'work', input: { label: 'x' }, options: { summary: 'the author’s own words' } },
  ]);
  await handle.result();
  const { events = [] } = await handle.fetchHistory();
  const text = (data: Uint8Array | null | undefined) => Buffer.from(data ?? []).toString();
  const summaries = (events ?? [])
    .filter((event) => event.activityTaskScheduledEventAttributes)
    .map((event) => JSON.parse(text(event.userMetadata?.summary?.data)) as string);
  expect(summaries).toEqual([`data_work, call 1, account ${account}`, 'the author’s own words']);
  const [first] = (events ?? []).flatMap((event) => {
    const result = event.activityTaskCompletedEventAttributes?.result?.payloads?.[0]?.data;
    return result ? [JSON.parse(text(result)) as unknown] : [];
  });
  expect(first).toEqual({
    receipt: {
      kind: 'tollgate.receipt/v1',
      account,
      block: 'data_work',
      price: 'defined',
      reserved: '6',
      charged: '3',
      returned: '3',
      left: '7',
      usage: { kb: 4 },
    },
  });
  await worker.stop();
});

it('answers with what a running agent has spent so far, in words and in numbers', async () => {
  const worker = await house.startWorker();
  const account = await house.fund('10');
  const door = createDoor();
  house.work.when('waits', () => door.opened);
  const handle = await house.start(account, [
    { call: 'work', input: { label: 'x' } },
    { call: 'free_work', input: { label: 'x' } },
    { call: 'work', input: { label: 'waits' } },
  ]);
  await whenRunning(house, 'waits');
  const meta = await eventually(() =>
    handle.query<{ currentDetails: string }>('__temporal_workflow_metadata'),
  );
  expect(meta.currentDetails).toContain('**3 credits** spent');
  expect(await readRunCredits(handle)).toEqual({
    account,
    spent: '3',
    blocks: 2,
    byBlock: { work: { calls: 1, spent: '3' }, free_work: { calls: 1, spent: '0' } },
  });
  door.open();
  await handle.result();
  await worker.stop();
});

it('keeps search attributes where they were asked for', async () => {
  const worker = await house.startWorker();
  const account = await house.fund('10');
  const client = house.temporal.createClient({
    plugins: [new TollgatePlugin({ searchAttributes: true })],
  });
  const handle = await client.workflow.start('plan', {
    taskQueue: house.taskQueue,
    workflowId: `run-${randomUUID()}`,
    args: [[{ call: 'work', input: { label: 'x' } }]],
    tollgate: { account },
  });
  await handle.result();
  const { typedSearchAttributes } = await handle.describe();
  const text = defineSearchAttributeKey('CreditAccountId', SearchAttributeType.KEYWORD);
  const spent = defineSearchAttributeKey('CreditsSpent', SearchAttributeType.DOUBLE);
  expect(typedSearchAttributes.get(text)).toBe(account);
  expect(typedSearchAttributes.get(spent)).toBe(3);
  await worker.stop();
});
