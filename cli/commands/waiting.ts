/** `tollgate waiting`: the runs that wait for credits, account by account, in the order of their line. */
import type { Command } from 'commander';
import { writeCount } from '../../core/contract/counted';
import { formatCredits } from '../../core/contract/credits';
import type { Ledger } from '../../ledger/ledger';
import type { AccountView, WaitingView } from '../../ledger/views';
import { answerFromLedger } from '../answer';
import { readLimit } from '../arguments';
import { renderTable, type Column } from '../table';
import { waitingToWire } from '../wire';
import { writeInstant, writeSpan } from '../wording';

const DEFAULT_LIMIT = 100;

interface WaitingOptions {
  readonly account?: string;
  readonly limit: number;
}

interface LineOf {
  readonly account: AccountView;
  readonly line: readonly WaitingView[];
}

export function addWaitingCommand(program: Command): void {
  program
    .command('waiting')
    .description('runs that wait for credits, in the order in which they are woken')
    .option('--account <account>', 'of this account only')
    .option('--limit <n>', 'rows, at most 1000', readLimit, DEFAULT_LIMIT)
    .action((options: WaitingOptions, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const { account, limit } = options;
        const waiting = await ledger.listWaiting({
          limit,
          ...(account === undefined ? {} : { account }),
        });
        const lines = await groupByAccount(ledger, waiting);
        const complete = waiting.length < limit;
        return {
          json: { accounts: lines.map(lineToWire), complete },
          text: [
            ...(lines.length === 0 ? ['No run waits for credits.'] : lines.map(renderLine)),
            ...(complete ? [] : ['There may be more: --limit']),
          ].join('\n\n'),
        };
      }),
    );
}

async function groupByAccount(
  ledger: Ledger,
  waiting: readonly WaitingView[],
): Promise<readonly LineOf[]> {
  const names = [...new Set(waiting.map(({ account }) => account))].sort();
  return Promise.all(
    names.map(async (name) => ({
      account: await ledger.readAccount(name),
      line: waiting.filter(({ account }) => account === name),
    })),
  );
}

function lineToWire({ account, line }: LineOf): object {
  return {
    account: account.account,
    available: formatCredits(account.available),
    frozen: account.frozen,
    nextCreditsAt: account.nextCreditsAt?.toISOString(),
    waiting: line.map(waitingToWire),
  };
}

function renderLine({ account, line }: LineOf): string {
  const { available, nextCreditsAt, frozen } = account;
  const more = nextCreditsAt ? `, more at ${writeInstant(nextCreditsAt)}` : '';
  const held = frozen ? ', frozen' : '';
  const head = `${account.account}: ${writeCount(line.length, 'call')} in line, ${formatCredits(available)} available${more}${held}`;
  return `${head}\n${renderTable(columnsAt(new Date()), line, '')}`;
}

function columnsAt(now: Date): readonly Column<WaitingView>[] {
  return [
    { title: 'needs', value: (view) => formatCredits(view.needed), align: 'right' },
    { title: 'block', value: (view) => view.block },
    { title: 'nth', value: (view) => String(view.nth), align: 'right' },
    { title: 'agent', value: (view) => view.agent },
    {
      title: 'waits',
      value: (view) => writeSpan(now.getTime() - view.since.getTime()),
      align: 'right',
    },
    { title: 'until', value: (view) => writeInstant(view.deadlineAt) },
    { title: 'workflow', value: (view) => view.workflowId },
  ];
}
