/** `tollgate account`: opens, shows, lists, freezes and unfreezes accounts. */
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import type { AccountView } from '../../ledger/views';
import { answerFromLedger, type Answer } from '../answer';
import { readLimit } from '../arguments';
import { renderFacts, renderTable, type Column } from '../table';
import { accountToWire } from '../wire';
import { writeInstant } from '../wording';

const DEFAULT_LIMIT = 50;

export function addAccountCommand(program: Command): void {
  const account = program
    .command('account')
    .description('open, show, list, freeze and unfreeze accounts');
  addOpen(account);
  account
    .command('show')
    .description('one account: its balance and whether it is frozen')
    .argument('<account>', 'id of the account')
    .action((id: string, _options: unknown, command: Command) =>
      answerFromLedger(command, async (ledger) => describeAccount(await ledger.readAccount(id))),
    );
  addList(account);
  addFreeze(
    account,
    'freeze',
    'refuse every new reserve of an account; what runs already may settle',
    true,
  );
  addFreeze(account, 'unfreeze', 'let a frozen account reserve again', false);
}

/** The facts of an account, as `account show` and `balance` begin. */
export function renderAccount(view: AccountView): string {
  const next = view.nextCreditsAt
    ? `next credits at ${writeInstant(view.nextCreditsAt)}`
    : 'adds nothing while so much is held';
  return renderFacts([
    ['Account', view.account],
    ['Balance', formatCredits(view.balance)],
    ['Available', formatCredits(view.available)],
    ['Reserved', formatCredits(view.reserved)],
    ['Free tier', view.drip ? `on, ${next}` : 'off'],
    ['Frozen', view.frozen ? 'yes: new blocks are refused' : undefined],
  ]);
}

function describeAccount(view: AccountView): Answer {
  return { json: accountToWire(view), text: renderAccount(view) };
}

function addOpen(account: Command): void {
  account
    .command('open')
    .description('open an account; opening it again changes nothing')
    .argument('<account>', 'id of the account')
    .option('--no-drip', "without the free tier's daily credits")
    .addHelpText(
      'after',
      '\nExamples:\n  $ tollgate account open acme\n  $ tollgate account open acme --no-drip',
    )
    .action((id: string, options: { readonly drip: boolean }, command: Command) =>
      answerFromLedger(command, async (ledger) =>
        describeAccount(await ledger.openAccount(id, { drip: options.drip })),
      ),
    );
}

function addFreeze(account: Command, name: string, description: string, frozen: boolean): void {
  account
    .command(name)
    .description(description)
    .argument('<account>', 'id of the account')
    .action((id: string, _options: unknown, command: Command) =>
      answerFromLedger(command, async (ledger) =>
        describeAccount(await ledger.setFrozen(id, frozen)),
      ),
    );
}

interface ListOptions {
  readonly limit: number;
  readonly after?: string;
}

function addList(account: Command): void {
  account
    .command('list')
    .description('accounts by id, a page at a time')
    .option('--limit <n>', 'rows of a page, at most 1000', readLimit, DEFAULT_LIMIT)
    .option('--after <account>', 'go on after this account')
    .action((options: ListOptions, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const { limit, after } = options;
        const accounts = await ledger.listAccounts({
          limit,
          ...(after === undefined ? {} : { after }),
        });
        const next = accounts.length === limit ? accounts.at(-1)?.account : undefined;
        const table = renderTable(COLUMNS, accounts, 'No accounts.');
        return {
          json: { accounts: accounts.map(accountToWire), next: next ?? null },
          text: next === undefined ? table : `${table}\n\nMore: --after ${next}`,
        };
      }),
    );
}

const COLUMNS: readonly Column<AccountView>[] = [
  { title: 'account', value: (view) => view.account },
  { title: 'balance', value: (view) => formatCredits(view.balance), align: 'right' },
  { title: 'available', value: (view) => formatCredits(view.available), align: 'right' },
  { title: 'reserved', value: (view) => formatCredits(view.reserved), align: 'right' },
  { title: 'free tier', value: (view) => (view.drip ? 'on' : 'off') },
  { title: 'state', value: (view) => (view.frozen ? 'frozen' : 'open') },
  { title: 'entries', value: (view) => String(view.entries), align: 'right' },
];
