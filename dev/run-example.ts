/** Runs the example agents on a run-time that is up: they are charged on its ledger. */
import { Client, Connection } from '@temporalio/client';
import type { DemoOptions } from '../examples/demo';
import { openLedger } from '../ledger/open-ledger';
import { TollgatePlugin } from '../plugin/tollgate-plugin';
import type { RunTime } from './run-time';

/** Only the operations of the demonstration itself go through this ledger; the worker has its own. */
const LANES = 1;
const POOL_SIZE = 2;

export interface ExampleOptions extends Pick<DemoOptions, 'folder' | 'model' | 'print'> {
  /** Aborting it drops the connections, so that the example fails instead of waiting for its end. */
  readonly stop?: AbortSignal;
}

/** @param example one of those in examples/ */
export async function runExample<Summary>(
  { databaseUrl, temporal, taskQueue }: RunTime,
  { stop, ...options }: ExampleOptions,
  example: (options: DemoOptions) => Promise<Summary>,
): Promise<Summary> {
  const ledger = await openLedger({
    connectionString: databaseUrl,
    lanes: LANES,
    poolSize: POOL_SIZE,
  });
  const connection = await Connection.connect({ address: temporal.address });
  let closing: Promise<unknown> | undefined;
  const close = (): Promise<unknown> =>
    (closing ??= Promise.allSettled([connection.close(), ledger.close()]));
  stop?.addEventListener('abort', () => void close());
  try {
    // A server that is not ours may not know the search attributes.
    const plugin = new TollgatePlugin({ searchAttributes: temporal.part !== undefined });
    const client = new Client({ connection, namespace: temporal.namespace, plugins: [plugin] });
    return await example({ ...options, client, ledger, taskQueue });
  } finally {
    await close();
  }
}
