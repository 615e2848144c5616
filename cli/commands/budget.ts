/** `tollgate budget`: caps on what an account, or one of its agents, schedules or members, may spend. */
import type { Command } from 'commander';
import type { BudgetKind, BudgetPeriod } from '../../core/contract/budget';
import { credits, formatCredits } from '../../core/contract/credits';
import { TollgateError } from '../../core/contract/errors';
import type { BudgetRequest } from '../../ledger/ledger';
import type { BudgetView } from '../../ledger/views';
import { answerFromLedger } from '../answer';
import { renderTable, type Column } from '../table';
import { budgetToWire } from '../wire';

const PERIODS: readonly BudgetPeriod[] = ['day', 'month'];
const KINDS = ['agent', 'schedule', 'member'] as const satisfies readonly BudgetKind[];

type Options = { readonly [Kind in (typeof KINDS)[number]]?: string } & { readonly zone?: string };

export function addBudgetCommand(program: Command): void {
  const budget = program
    .command('budget')
    .description('caps on what may be spent a day or a month')
    .addHelpText('after', EXAMPLES);

  withSubject(budget.command('set'))
    .description('set a cap, or change it; what was spent in the period stays counted')
    .argument('<credits>', 'the cap, such as 50')
    .option('--zone <zone>', 'time zone of the days and months, such as Europe/Vienna', 'UTC')
    .action((account: string, period: string, cap: string, options: Options, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const name = readName(account, period, options);
        const { zone = 'UTC' } = options;
        const view = await ledger.setBudget({ ...name, zone, cap: credits(cap) });
        return { json: budgetToWire(view), text: renderBudgets([view]) };
      }),
    );

  withSubject(budget.command('remove'))
    .description('remove a cap and forget what it counted')
    .action((account: string, period: string, options: Options, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const name = readName(account, period, options);
        await ledger.removeBudget(name);
        return { json: { removed: name }, text: `Removed from ${account}.` };
      }),
    );

  budget
    .command('list')
    .description('the caps of an account, and what they count right now')
    .argument('<account>', 'id of the account')
    .action((account: string, _options: object, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const views = await ledger.listBudgets(account);
        return { json: { budgets: views.map(budgetToWire) }, text: renderBudgets(views) };
      }),
    );
}

function withSubject(command: Command): Command {
  return command
    .argument('<account>', 'id of the account')
    .argument('<period>', 'day or month')
    .option('--agent <name>', 'of this agent only')
    .option('--schedule <id>', 'of the runs of this schedule only')
    .option('--member <id>', 'of the runs that this member started only');
}

type Name = Omit<BudgetRequest, 'cap' | 'zone'>;

function readName(account: string, period: string, options: Options): Name {
  const chosen = KINDS.flatMap((kind) => {
    const subject = options[kind];
    return subject === undefined ? [] : [{ kind, subject }];
  });
  if (chosen.length > 1) {
    throw new TollgateError('INPUT_INVALID', { rule: 'one of --agent, --schedule and --member' });
  }
  if (period !== 'day' && period !== 'month') {
    throw new TollgateError('INPUT_INVALID', { period, rule: PERIODS.join(' or ') });
  }
  return { account, period, ...(chosen[0] ?? { kind: 'account' }) };
}

function renderBudgets(views: readonly BudgetView[]): string {
  return renderTable(COLUMNS, views, 'No budgets.');
}

const COLUMNS: readonly Column<BudgetView>[] = [
  { title: 'of', value: ({ kind, subject }) => (subject === '' ? kind : `${kind} ${subject}`) },
  { title: 'per', value: ({ period, zone }) => `${period} (${zone})` },
  { title: 'cap', value: ({ cap }) => formatCredits(cap), align: 'right' },
  { title: 'spent', value: ({ spent }) => formatCredits(spent), align: 'right' },
  { title: 'reserved', value: ({ reserved }) => formatCredits(reserved), align: 'right' },
  { title: 'ends', value: ({ endsAt }) => endsAt.toISOString() },
];

const EXAMPLES = `
Examples:
  $ tollgate budget set acme day 50
  $ tollgate budget set acme month 400 --agent research-digest --zone Europe/Vienna
  $ tollgate budget list acme
  $ tollgate budget remove acme day`;
