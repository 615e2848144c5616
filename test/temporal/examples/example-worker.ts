/** A worker that runs the example agents, with a ledger in a database of its own. */
import type { Client } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { createExampleBlocks } from '../../../examples/blocks';
import { localExtractive } from '../../../examples/models/local-extractive';
import type { Models } from '../../../examples/models/text-model';
import { startTollgate, TollgatePlugin } from '../../../index';
import { openLedger, type Ledger } from '../../../ledger';
import { createTestDatabase } from '../../support/database';
import { connectTemporal, uniqueTaskQueue } from '../../support/temporal';
import { loadBundle, loadSystemBundle } from '../support/workflow-bundle';

// A refused run is expected here; only what must never happen is shown.
Runtime.install({ logger: new DefaultLogger('ERROR') });

export interface ExampleWorker {
  readonly client: Client;
  readonly ledger: Ledger;
  readonly taskQueue: string;
  close(): Promise<void>;
}

const LOCAL: Models = { small: localExtractive('small'), large: localExtractive('large') };

const WORKFLOWS_PATH = require.resolve('../../../examples/workflows');

export async function startExampleWorker(models: Models = LOCAL): Promise<ExampleWorker> {
  const temporal = await connectTemporal();
  const database = await createTestDatabase();
  const ledger = await openLedger({ connectionString: database.url });
  const taskQueue = uniqueTaskQueue('examples');
  const systemTaskQueue = uniqueTaskQueue('system');
  const worker = await temporal.startWorker({
    taskQueue,
    workflowBundle: await loadBundle({
      workflowsPath: WORKFLOWS_PATH,
      plugins: [new TollgatePlugin()],
    }),
    plugins: [
      new TollgatePlugin({ ledger, blocks: createExampleBlocks({ models }), systemTaskQueue }),
    ],
  });
  const tollgate = await startTollgate({
    connection: temporal.nativeConnection,
    ledger,
    taskQueue: systemTaskQueue,
    workflowBundle: await loadSystemBundle(),
  });
  return {
    client: temporal.createClient({ plugins: [new TollgatePlugin()] }),
    ledger,
    taskQueue,
    async close() {
      await Promise.all([worker.stop(), tollgate.stop()]);
      await ledger.close();
      await temporal.close();
      await database.drop();
    },
  };
}
