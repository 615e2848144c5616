/**
 * A worker that runs the briefing agent on the Temporal server of the run, with a ledger in a
 * database of its own. Accounts hold no drip, so that a test sees exactly what it granted.
 */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandleWithStartDetails } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { credits, TollgatePlugin } from '../../../index';
import { openLedger, type Ledger } from '../../../ledger';
import { createTestDatabase } from '../../support/database';
import { connectTemporal, uniqueTaskQueue } from '../../support/temporal';
import { loadBundle } from '../../temporal/support/workflow-bundle';
import type { briefing, BriefingInput } from '../workflows/briefing';
import { createBriefingBlocks } from './briefing-blocks';

// A refused run is expected here; only what must never happen is shown.
Runtime.install({ logger: new DefaultLogger('ERROR') });

export type BriefingHandle = WorkflowHandleWithStartDetails<typeof briefing>;

export interface BriefingHouse {
  readonly ledger: Ledger;
  /** Opens an account that holds so many credits. */
  fund(amount: string): Promise<string>;
  start(account: string, input: BriefingInput): Promise<BriefingHandle>;
  /** From now on, `write_summary` waits until the returned function is called. */
  holdWriting(): () => void;
  /** Whether `write_summary` is waiting. */
  isWriting(): boolean;
  /** How many runs a query over search attributes finds. */
  countRuns(query: string): Promise<number>;
  close(): Promise<void>;
}

export async function openBriefingHouse(): Promise<BriefingHouse> {
  const temporal = await connectTemporal();
  const database = await createTestDatabase();
  const ledger = await openLedger({ connectionString: database.url });
  const taskQueue = uniqueTaskQueue('e2e');
  let hold: Promise<void> | undefined;
  let waiting = 0;
  const blocks = createBriefingBlocks({
    async beforeWriting() {
      waiting += 1;
      await hold;
      waiting -= 1;
    },
  });
  const worker = await temporal.startWorker({
    taskQueue,
    workflowBundle: await loadBundle({
      workflowsPath: require.resolve('../workflows/briefing'),
      plugins: [new TollgatePlugin()],
    }),
    plugins: [new TollgatePlugin({ ledger, blocks })],
  });
  const client = temporal.createClient({
    plugins: [new TollgatePlugin({ searchAttributes: true })],
  });
  return {
    ledger,
    async fund(amount) {
      const account = `acme-${randomUUID().slice(0, 8)}`;
      await ledger.openAccount(account, { drip: false });
      await ledger.grant({ account, amount: credits(amount), key: 'test', source: 'operator' });
      return account;
    },
    start: (account, input) =>
      client.workflow.start<typeof briefing>('briefing', {
        taskQueue,
        workflowId: `briefing-${randomUUID()}`,
        args: [input],
        tollgate: { account },
      }),
    holdWriting() {
      let goOn = (): void => undefined;
      hold = new Promise((resolve) => (goOn = resolve));
      return () => {
        hold = undefined;
        goOn();
      };
    },
    isWriting: () => waiting > 0,
    async countRuns(query) {
      return (await client.workflow.count(query)).count;
    },
    async close() {
      await worker.stop();
      await ledger.close();
      await temporal.close();
      await database.drop();
    },
  };
}
