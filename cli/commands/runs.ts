/** `tollgate runs`: lists runs, and shows what one run cost, block by block. */
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import type { RunView } from '../../ledger/views';
import { answerFromLedger } from '../answer';
import { readLimit, readRunKey } from '../arguments';
import { readEnvironment } from '../environment';
import { renderRun } from '../render-run';
import { renderTable, type Column } from '../table';
import { runReceiptToWire, runToWire } from '../wire';
import { writeInstant } from '../wording';

const DEFAULT_LIMIT = 50;

interface ListOptions {
  readonly account?: string;
  readonly agent?: string;
  readonly limit: number;
  readonly after?: string;
}

interface ShowOptions {
  readonly temporal: boolean;
}

export function addRunsCommand(program: Command): void {
  const runs = program
    .command('runs')
    .description('list runs, and show what one cost block by block');
  addList(runs);
  addShow(runs);
}

function addList(runs: Command): void {
  runs
    .command('list')
    .description('runs, newest first, a page at a time')
    .option('--account <account>', 'runs of this account only')
    .option('--agent <agent>', 'runs of this agent only')
    .option('--limit <n>', 'rows of a page, at most 1000', readLimit, DEFAULT_LIMIT)
    .option('--after <run>', 'go on after this run, towards older ones', readRunKey)
    .action((options: ListOptions, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const listed = await ledger.listRuns(options);
        const next = listed.length === options.limit ? listed.at(-1)?.run : undefined;
        const table = renderTable(COLUMNS, listed, 'No runs.');
        return {
          json: { runs: listed.map(runToWire), next: next ?? null },
          text: next === undefined ? table : `${table}\n\nOlder: --after ${next}`,
        };
      }),
    );
}

function addShow(runs: Command): void {
  runs
    .command('show')
    .description('one run: the total, then a line per block, then its child runs')
    .argument('<run>', 'run key, workflow id (its newest run) or workflow run id')
    .option('--no-temporal', 'do not ask Temporal for the status')
    .action((id: string, options: ShowOptions, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const receipt = await ledger.readRun(id);
        const { lookUpRun } = await import('../temporal-run.js');
        const temporal = await lookUpRun(readEnvironment(), receipt, options.temporal);
        return {
          json: { ...runReceiptToWire(receipt), temporal },
          text: renderRun(receipt, temporal),
        };
      }),
    );
}

const COLUMNS: readonly Column<RunView>[] = [
  { title: 'started', value: (run) => writeInstant(run.startedAt) },
  { title: 'agent', value: (run) => run.agent },
  { title: 'account', value: (run) => run.account },
  { title: 'charged', value: (run) => formatCredits(run.charged), align: 'right' },
  { title: 'blocks', value: (run) => String(run.blocks), align: 'right' },
  { title: 'reserved', value: (run) => formatCredits(run.reserved), align: 'right' },
  { title: 'workflow', value: (run) => run.workflowId },
  { title: 'run', value: (run) => run.run },
];
