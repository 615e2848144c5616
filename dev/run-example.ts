/** Runs the example agents on a run-time, as a client of it: through Temporal, charged in its ledger. */
import { Client, Connection } from '@temporalio/client';
import { type DemoOptions, type DemoSummary, runDemo } from '../examples/demo';
import { openLedger } from '../ledger/open-ledger';
import { TollgatePlugin } from '../plugin/tollgate-plugin';
import type { RunTime } from './run-time';

/** What the example may be told; where it runs is the run-time's. */
export type ExampleOptions = Pick<DemoOptions, 'folder' | 'model' | 'print'>;

export async function runExample(
  { databaseUrl, temporal, taskQueue }: Pick<RunTime, 'databaseUrl' | 'temporal' | 'taskQueue'>,
  options: ExampleOptions = {},
): Promise<DemoSummary> {
  const ledger = await openLedger({ connectionString: databaseUrl });
  try {
    const connection = await Connection.connect({ address: temporal.address });
    try {
      const { namespace } = temporal;
      const client = new Client({ connection, namespace, plugins: [new TollgatePlugin()] });
      return await runDemo({ ...options, client, ledger, taskQueue });
    } finally {
      await connection.close();
    }
  } finally {
    await ledger.close();
  }
}
