/** Commands that act on Temporal as well as on the ledger. */
import type { Command } from 'commander';
import type { TollgateClient } from '../client/open-client';
import type { Ledger } from '../ledger/ledger';
import { answer, useLedger, type Answer } from './answer';
import { useTemporal } from './temporal-client';

/** Opens the ledger and a connection to Temporal for one answer, and closes both whatever happens. */
export async function answerFromClient(
  command: Command,
  produce: (client: TollgateClient, ledger: Ledger) => Promise<Answer>,
): Promise<void> {
  await answer(command, () =>
    useLedger((ledger) =>
      useTemporal(async (temporal) => {
        const { openClient } = await import('../client/open-client.js');
        return produce(openClient({ temporal, ledger }), ledger);
      }),
    ),
  );
}
