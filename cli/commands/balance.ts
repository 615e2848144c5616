/** `tollgate balance`: what an account holds, when credits next arrive, and its grants in burn order. */
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import type { GrantView } from '../../ledger/views';
import { answerFromLedger } from '../answer';
import { readLimit } from '../arguments';
import { renderTable, type Column } from '../table';
import { accountToWire, grantToWire } from '../wire';
import { writeInstant } from '../wording';
import { renderAccount } from './account';

const DEFAULT_LIMIT = 50;

interface BalanceOptions {
  readonly closed?: true;
  readonly limit: number;
}

export function addBalanceCommand(program: Command): void {
  program
    .command('balance')
    .description('balance, available, reserved, next credits, and the grants in burn order')
    .argument('<account>', 'id of the account')
    .option('--closed', 'also show grants that are spent, expired or revoked')
    .option('--limit <n>', 'grants to show, at most 1000', readLimit, DEFAULT_LIMIT)
    .action((account: string, options: BalanceOptions, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const view = await ledger.readAccount(account);
        const listed = await ledger.listGrants(account, { limit: options.limit });
        const grants = options.closed ? listed : listed.filter((grant) => !grant.closed);
        return {
          json: { ...accountToWire(view), grants: grants.map(grantToWire) },
          text: `${renderAccount(view)}\n\n${renderTable(COLUMNS, grants, 'No open grants.')}`,
        };
      }),
    );
}

const COLUMNS: readonly Column<GrantView>[] = [
  { title: 'grant', value: (view) => view.key },
  { title: 'source', value: (view) => view.source },
  { title: 'remaining', value: (view) => formatCredits(view.remaining), align: 'right' },
  { title: 'reserved', value: (view) => formatCredits(view.reserved), align: 'right' },
  { title: 'granted', value: (view) => formatCredits(view.amount), align: 'right' },
  { title: 'priority', value: (view) => String(view.priority), align: 'right' },
  { title: 'expires', value: (view) => (view.expiresAt ? writeInstant(view.expiresAt) : 'never') },
  { title: 'state', value: (view) => (view.closed ? 'closed' : 'open') },
];
