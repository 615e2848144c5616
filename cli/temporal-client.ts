/** A connection to Temporal for one command. */
import type { Client } from '@temporalio/client';
import { TollgateError } from '../core/contract/errors';
import { readEnvironment } from './environment';

/** Someone waits at the terminal. */
const CONNECT_TIMEOUT_MS = 5_000;

/** @throws CONFIG_INVALID, TEMPORAL_UNAVAILABLE, and whatever the work throws */
export async function useTemporal<Result>(
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const { temporalAddress: address, temporalNamespace: namespace } = readEnvironment();
  if (!address) {
    throw new TollgateError(
      'CONFIG_INVALID',
      { setting: 'TEMPORAL_ADDRESS' },
      { message: 'No Temporal: start `npm start` in this folder, or set TEMPORAL_ADDRESS' },
    );
  }
  // Loaded only now, so that `--help` and mistakes in the arguments answer at once.
  const { Client, Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({
    address,
    connectTimeout: CONNECT_TIMEOUT_MS,
  }).catch((cause: unknown) => {
    throw new TollgateError('TEMPORAL_UNAVAILABLE', { address }, { cause });
  });
  try {
    return await work(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}
