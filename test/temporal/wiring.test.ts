/**
 * The promise: wherever the plugin is given, and however often, a block is gated once; where it is
 * forgotten, a priced block does not run; and what others have wired stays wired.
 */
import { randomUUID } from 'node:crypto';
import { Connection, Client, type WorkflowClientInterceptor } from '@temporalio/client';
import { NativeConnection, Worker, type ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { fixed, TollgatePlugin } from '../../index';
import { openHouse, type GatedHouse } from './support/gated-house';
import { loadBundle, loadWorkflowBundle, WORKFLOWS_PATH } from './support/workflow-bundle';
import { uniqueTaskQueue } from '../support/temporal';

let house: GatedHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const steps = [{ call: 'work', input: { label: 'wired' } }] as const;
/** Prices the block of another plugin once more. */
const book = {
  version: 'second',
  effectiveAt: '2020-01-01T00:00:00Z',
  prices: { work: fixed('3') },
};
const entryCount = async (account: string) => (await house.ledger.readAccount(account)).entries;
const gate = () => new TollgatePlugin({ ledger: house.ledger, blocks: house.work.blocks });

describe('given more than once', () => {
  it('to connections, client and worker, it gates once', async () => {
    const plugin = gate();
    const { address } = house.temporal;
    const connection = await Connection.connect({ address, plugins: [plugin] });
    const nativeConnection = await NativeConnection.connect({ address, plugins: [plugin] });
    const taskQueue = uniqueTaskQueue('twice');
    const worker = await Worker.create({
      connection: nativeConnection,
      taskQueue,
      workflowsPath: WORKFLOWS_PATH,
      plugins: [plugin],
    });
    const client = new Client({ connection, plugins: [plugin] });
    const account = await house.fund('10');
    await worker.runUntil(
      client.workflow.execute('plan', {
        taskQueue,
        workflowId: `run-${randomUUID()}`,
        args: [steps],
        tollgate: { account },
      }),
    );
    // One grant and one charge.
    expect(await entryCount(account)).toBe(2n);
    await connection.close();
    await nativeConnection.close();
  });

  it('as two plugins, it gates once', async () => {
    const worker = await house.startWorker({
      workflowBundle: await loadBundle({
        workflowsPath: WORKFLOWS_PATH,
        plugins: [gate(), gate()],
      }),
      plugins: [
        new TollgatePlugin({ ledger: house.ledger, blocks: house.work.blocks }),
        new TollgatePlugin({ ledger: house.ledger, priceBooks: [book] }),
      ],
    });
    const account = await house.fund('10');
    expect(await house.execute(account, steps)).toEqual(['wired']);
    expect(await entryCount(account)).toBe(2n);
    await worker.stop();
  });
});

describe('forgotten', () => {
  it('when the workflows were bundled, it refuses priced blocks and says how to mend it', async () => {
    const bundle = await loadBundle({ workflowsPath: WORKFLOWS_PATH });
    const worker = await house.startWorker({ workflowBundle: bundle });
    const account = await house.fund('10');
    house.work.when('ungated', () => 'must not run');
    const run = house.execute(account, [{ call: 'work', input: { label: 'ungated' } }]);
    await expect(run).rejects.toMatchObject({
      cause: {
        cause: {
          type: 'GATE_HEADER_MISSING',
          message: expect.stringContaining('bundleWorkflowCode'),
        },
      },
    });
    expect(house.work.runs('ungated')).toBe(0);
    await worker.stop();
  });

  it('in the worker, its blocks refuse to run', async () => {
    const activities = Object.fromEntries(house.work.blocks.map((b) => [b.name, b.activity]));
    const worker = await house.startWorker({ plugins: [], activities });
    const account = await house.fund('10');
    const once = { retry: { maximumAttempts: 1 } };
    await expect(
      house.execute(account, [{ call: 'work', input: { label: 'x' }, options: once }]),
    ).rejects.toMatchObject({
      cause: { cause: { message: expect.stringContaining('gate header') } },
    });
    await worker.stop();
  });

  it('refuses a worker that has blocks and no ledger', async () => {
    const plugins = [new TollgatePlugin({ blocks: house.work.blocks })];
    await expect(house.startWorker({ plugins })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('refuses a worker that has another activity of the same name', async () => {
    const activities = { work: () => Promise.resolve() };
    await expect(house.startWorker({ activities })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { block: 'work' },
    });
  });
});

describe('what others have wired', () => {
  it('stays: activity interceptors of both kinds, and client interceptors', async () => {
    const seen: string[] = [];
    const note = (name: string): ActivityInboundCallsInterceptor => ({
      execute(input, next) {
        seen.push(name);
        return next(input);
      },
    });
    const worker = await house.startWorker({
      interceptors: {
        activityInbound: [() => note('activityInbound')],
        activity: [() => ({ inbound: note('activity') })],
      },
    });
    const start: WorkflowClientInterceptor = {
      startWithDetails(input, next) {
        seen.push('client');
        return next(input);
      },
    };
    const client = house.temporal.createClient({
      plugins: [new TollgatePlugin()],
      interceptors: { workflow: [start] },
    });
    const account = await house.fund('10');
    await client.workflow.execute('plan', {
      taskQueue: house.taskQueue,
      workflowId: `run-${randomUUID()}`,
      args: [steps],
      tollgate: { account },
    });
    expect(seen).toEqual(['client', 'activityInbound', 'activity']);
    expect(await entryCount(account)).toBe(2n);
    await worker.stop();
  });
});

describe('a replay', () => {
  it('needs no ledger, with a path or with a bundle', async () => {
    const worker = await house.startWorker();
    const account = await house.fund('10');
    const handle = await house.start(account, [...steps, ...steps]);
    await handle.result();
    const history = await handle.fetchHistory();
    await worker.stop();
    const plugins = [new TollgatePlugin()];
    await Worker.runReplayHistory({ workflowsPath: WORKFLOWS_PATH, plugins }, history);
    await Worker.runReplayHistory({ workflowBundle: await loadWorkflowBundle(), plugins }, history);
  });
});
