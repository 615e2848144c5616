/** Commands that act on Temporal as well as on the ledger. */
import type { Command } from 'commander';
import type { TollgateClient } from '../client/open-client';
import { TollgateError } from '../core/contract/errors';
import type { Ledger } from '../ledger/ledger';
import { answer, useLedger, type Answer } from './answer';
import { readEnvironment } from './environment';

/** Someone waits at the terminal. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Opens the ledger and a connection to Temporal for one answer, and closes both whatever happens. */
export async function answerFromClient(
  command: Command,
  produce: (client: TollgateClient, ledger: Ledger) => Promise<Answer>,
): Promise<void> {
  await answer(command, () =>
    useLedger((ledger) => useTemporal(ledger, (client) => produce(client, ledger))),
  );
}

async function useTemporal<Result>(
  ledger: Ledger,
  work: (client: TollgateClient) => Promise<Result>,
): Promise<Result> {
  const { temporalAddress: address, temporalNamespace: namespace } = readEnvironment();
  if (!address) {
    throw new TollgateError(
      'CONFIG_INVALID',
      { setting: 'TEMPORAL_ADDRESS' },
      { message: 'No Temporal: start `npm start` in this folder, or set TEMPORAL_ADDRESS' },
    );
  }
  const { Client, Connection } = await import('@temporalio/client');
  const { openClient } = await import('../client/open-client.js');
  const connection = await Connection.connect({
    address,
    connectTimeout: CONNECT_TIMEOUT_MS,
  }).catch((cause: unknown) => {
    throw new TollgateError('TEMPORAL_UNAVAILABLE', { address }, { cause });
  });
  try {
    return await work(openClient({ temporal: new Client({ connection, namespace }), ledger }));
  } finally {
    await connection.close();
  }
}
