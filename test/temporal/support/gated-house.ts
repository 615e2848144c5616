/**
 * What a test of the plugin needs: a ledger in a database of its own, blocks, a client that says whom
 * to charge, and workers. Accounts hold no drip, so that a test sees exactly what it granted.
 */
import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import {
  credits,
  startTollgate,
  TollgatePlugin,
  type RunningTollgate,
  type StartTollgateOptions,
  type TollgatePluginOptions,
} from '../../../index';
import { openLedger, type AccountView, type EntryView, type Ledger } from '../../../ledger';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import {
  connectTemporal,
  uniqueTaskQueue,
  type TestTemporal,
  type TestWorker,
  type TestWorkerOptions,
} from '../../support/temporal';
import type { Step } from '../workflows/plan';
import { createTestBlocks, type TestBlocks } from './blocks';
import { loadSystemBundle, loadWorkflowBundle } from './workflow-bundle';

// Tests make activities fail on purpose; only what must never happen is shown.
Runtime.install({ logger: new DefaultLogger('ERROR') });

export interface GatedHouse {
  readonly temporal: TestTemporal;
  readonly database: TestDatabase;
  readonly ledger: Ledger;
  readonly work: TestBlocks;
  readonly taskQueue: string;
  /** Of Tollgate's own worker. */
  readonly systemTaskQueue: string;
  /** A client with the plugin and no ledger. */
  readonly client: Client;
  startWorker(options?: HouseWorkerOptions): Promise<TestWorker>;
  /** Tollgate's own worker; the test stops it. */
  startTollgate(options?: Partial<StartTollgateOptions>): Promise<RunningTollgate>;
  /** Opens an account that holds so many credits. */
  fund(amount: string): Promise<string>;
  /** Starts a run of the `plan` workflow that charges this account. */
  start(
    account: string | undefined,
    steps: readonly Step[],
    options?: StartOptions,
  ): Promise<WorkflowHandle>;
  execute(
    account: string | undefined,
    steps: readonly Step[],
    options?: StartOptions,
  ): Promise<unknown>;
  /** The account's charges, oldest first: block, charged. */
  charges(account: string): Promise<readonly EntryView[]>;
  close(): Promise<void>;
}

type HouseWorkerOptions = TestWorkerOptions & { readonly gate?: Partial<TollgatePluginOptions> };
type StartOptions = Partial<Parameters<Client['workflow']['start']>[1]>;

/** @param temporalAddress of another server than that of the run */
export async function openHouse(temporalAddress?: string): Promise<GatedHouse> {
  const temporal = await connectTemporal(temporalAddress);
  const database = await createTestDatabase();
  const ledger = await openLedger({ connectionString: database.url });
  const work = createTestBlocks();
  const taskQueue = uniqueTaskQueue('gate');
  const systemTaskQueue = uniqueTaskQueue('system');
  const client = temporal.createClient({ plugins: [new TollgatePlugin()] });

  const house: GatedHouse = {
    temporal,
    database,
    ledger,
    work,
    taskQueue,
    systemTaskQueue,
    client,
    async startWorker({ gate, ...options } = {}) {
      return temporal.startWorker({
        taskQueue,
        workflowBundle: await loadWorkflowBundle(),
        // A test that fails leaves its blocks waiting; it must not leave its worker waiting for them.
        shutdownForceTime: '10s',
        ...(uncached ? { maxCachedWorkflows: 0 } : {}),
        plugins: [
          new TollgatePlugin({
            ledger,
            blocks: work.blocks,
            reaper: false,
            systemTaskQueue,
            ...gate,
          }),
        ],
        ...options,
      });
    },
    async startTollgate(options = {}) {
      return startTollgate({
        connection: temporal.nativeConnection,
        ledger,
        taskQueue: systemTaskQueue,
        workflowBundle: await loadSystemBundle(),
        ...options,
      });
    },
    async fund(amount) {
      const account = `acct-${randomUUID()}`;
      await ledger.openAccount(account, { drip: false });
      await ledger.grant({ account, amount: credits(amount), key: 'test', source: 'operator' });
      return account;
    },
    start(account, steps, options = {}) {
      return client.workflow.start('plan', {
        taskQueue,
        workflowId: `run-${randomUUID()}`,
        args: [steps],
        ...(account === undefined ? {} : { tollgate: { account } }),
        ...options,
      });
    },
    async execute(account, steps, options) {
      const handle = await house.start(account, steps, options);
      return handle.result();
    },
    async charges(account) {
      const entries = await ledger.listEntries(account, { limit: 1_000 });
      return entries.filter(({ kind }) => kind === 'settled').reverse();
    },
    async close() {
      try {
        await temporal.close();
        const { ok, checks } = await ledger.doctor();
        if (!ok) throw new Error(`The books do not add up: ${JSON.stringify(checks)}`);
      } finally {
        await ledger.close();
        await database.drop();
      }
    },
  };
  return house;
}

let uncached = false;

/** From now on every worker of a house forgets a run after each task, and replays it at the next. */
export function cacheNoWorkflows(): void {
  uncached = true;
}

/** Waits until a block is running under this label for the n-th time. */
export function whenRunning(house: GatedHouse, label: string, nth = 1): Promise<true> {
  return eventually(() => house.work.runs(label) >= nth, { what: `${label} to run` });
}

/** Waits until nothing is set aside on the account any more. */
export function whenIdle(ledger: Ledger, account: string): Promise<AccountView> {
  return eventually(
    async () => {
      const view = await ledger.readAccount(account);
      return view.reserved === 0n && view;
    },
    { what: 'the reservations to be closed' },
  );
}
