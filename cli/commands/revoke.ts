/** `tollgate revoke`: takes a grant back, whole or in part; never more than is left of it. */
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import { answerFromLedger } from '../answer';
import { readAmount } from '../arguments';
import { accountToWire } from '../wire';

interface RevokeOptions {
  readonly amount?: string;
  readonly cause?: string;
}

export function addRevokeCommand(program: Command): void {
  program
    .command('revoke')
    .description('take a grant back: all that is left of it, or an amount')
    .argument('<account>', 'id of the account')
    .argument('<key>', 'key of the grant, as `tollgate balance` shows it')
    .option('--amount <credits>', 'take back only so much')
    .option('--cause <text>', 'with --amount: given again under the same cause, it takes no more')
    .addHelpText('after', EXAMPLES)
    .action((account: string, key: string, options: RevokeOptions, command: Command) => {
      const part = {
        ...(options.amount === undefined ? {} : { amount: readAmount(options.amount) }),
        ...(options.cause === undefined ? {} : { cause: options.cause }),
      };
      return answerFromLedger(command, async (ledger) => {
        const { revoked, missing, account: view } = await ledger.revoke({ account, key, ...part });
        const rest =
          missing > 0n ? ` ${formatCredits(missing)} more were spent or are reserved.` : '';
        return {
          json: {
            key,
            revoked: formatCredits(revoked),
            missing: formatCredits(missing),
            account: accountToWire(view),
          },
          text: `Revoked ${formatCredits(revoked)} credits of grant ${key}.${rest} Available: ${formatCredits(view.available)}.`,
        };
      });
    });
}

const EXAMPLES = `
Examples:
  $ tollgate revoke acme invoice-1042
  $ tollgate revoke acme invoice-1042 --amount 20
  $ tollgate revoke acme invoice-1042 --amount 20 --cause refund-7`;
