/** `tollgate grant`: adds credits to an account, once per key. */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import { answerFromLedger } from '../answer';
import { readAmount, readFutureInstant, readPriority } from '../arguments';
import { accountToWire } from '../wire';

interface GrantOptions {
  readonly key?: string;
  readonly source: string;
  readonly expires?: string;
  readonly priority?: string;
}

export function addGrantCommand(program: Command): void {
  program
    .command('grant')
    .description('add credits to an account')
    .argument('<account>', 'id of the account')
    .argument('<credits>', 'amount, such as 500 or 12.5')
    .option(
      '--key <key>',
      'name of this grant; giving the same one again changes nothing (default: a random one)',
    )
    .option('--source <source>', 'where the credits came from', 'operator')
    .option(
      '--expires <time>',
      'when they expire: 2026-12-31, or 2026-12-31T18:00:00Z (default: never)',
    )
    .option('--priority <n>', 'lower burns first (default: 0)')
    .addHelpText('after', EXAMPLES)
    .action((account: string, creditsText: string, options: GrantOptions, command: Command) => {
      const { source, expires, priority, key = randomUUID() } = options;
      const request = {
        account,
        amount: readAmount(creditsText),
        key,
        source,
        ...(expires === undefined ? {} : { expiresAt: readFutureInstant(expires) }),
        ...(priority === undefined ? {} : { priority: readPriority(priority) }),
      };
      return answerFromLedger(command, async (ledger) => {
        const { created, account: view } = await ledger.grant(request);
        const amount = formatCredits(request.amount);
        const what = created
          ? `Granted ${amount} credits to ${account} with key ${key}.`
          : `Nothing changed: ${account} was given the grant with key ${key} before.`;
        return {
          json: { created, key, amount, account: accountToWire(view) },
          text: `${what} Available: ${formatCredits(view.available)}.`,
        };
      });
    });
}

const EXAMPLES = `
Examples:
  $ tollgate grant acme 500
  $ tollgate grant acme 500 --key invoice-1042 --source top-up
  $ tollgate grant acme 200 --expires 2026-12-31 --priority -1`;
