/** `tollgate notify`: the amounts at which an account's owner hears that credits run low or are back. */
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import type { ThresholdView } from '../../ledger/notice-ledger';
import { answerFromLedger, type Answer } from '../answer';
import { readAmount } from '../arguments';
import { renderTable, type Column } from '../table';

export function addNotifyCommand(program: Command): void {
  const notify = program
    .command('notify')
    .description('thresholds of an account: when to tell that credits run low')
    .addHelpText('after', EXAMPLES);

  notify
    .command('set')
    .description('tell when less than each of these is available, and when it is back')
    .argument('<account>', 'id of the account')
    .argument('<credits...>', 'all thresholds of the account, such as 100 20')
    .action((account: string, amounts: readonly string[], _options: object, command: Command) =>
      answerFromLedger(command, async (ledger) =>
        describe(account, await ledger.setThresholds(account, amounts.map(readAmount))),
      ),
    );

  notify
    .command('list')
    .description('the thresholds of an account, and on which side of each it was seen last')
    .argument('<account>', 'id of the account')
    .action((account: string, _options: object, command: Command) =>
      answerFromLedger(command, async (ledger) =>
        describe(account, await ledger.listThresholds(account)),
      ),
    );

  notify
    .command('clear')
    .description('remove all thresholds of an account')
    .argument('<account>', 'id of the account')
    .action((account: string, _options: object, command: Command) =>
      answerFromLedger(command, async (ledger) =>
        describe(account, await ledger.setThresholds(account, [])),
      ),
    );
}

function describe(account: string, views: readonly ThresholdView[]): Answer {
  return {
    json: {
      account,
      thresholds: views.map((view) => ({ ...view, amount: formatCredits(view.amount) })),
    },
    text: renderTable(COLUMNS, views, 'No thresholds.'),
  };
}

const COLUMNS: readonly Column<ThresholdView>[] = [
  { title: 'threshold', value: ({ amount }) => formatCredits(amount), align: 'right' },
  { title: 'available is', value: ({ below }) => (below ? 'below' : 'not below') },
];

const EXAMPLES = `
Examples:
  $ tollgate notify set acme 100 20
  $ tollgate notify list acme
  $ tollgate notify clear acme`;
