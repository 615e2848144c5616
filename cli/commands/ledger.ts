/** `tollgate ledger`: the entries of an account, newest first, a page at a time. */
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import type { EntryView } from '../../ledger/views';
import { answerFromLedger } from '../answer';
import { readLimit, readSequence } from '../arguments';
import { renderTable, type Column } from '../table';
import { entryToWire } from '../wire';
import { writeInstant } from '../wording';

const DEFAULT_LIMIT = 50;

interface LedgerCommandOptions {
  readonly limit: number;
  readonly after?: string;
}

export function addLedgerCommand(program: Command): void {
  program
    .command('ledger')
    .description('the entries of an account, newest first')
    .argument('<account>', 'id of the account')
    .option('--limit <n>', 'rows of a page, at most 1000', readLimit, DEFAULT_LIMIT)
    .option(
      '--after <seq>',
      'go on after this sequence number, towards older entries',
      readSequence,
    )
    .action((account: string, options: LedgerCommandOptions, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const { limit, after } = options;
        const entries = await ledger.listEntries(account, {
          limit,
          ...(after === undefined ? {} : { after }),
        });
        const last = entries.at(-1);
        const next =
          last && entries.length === limit && last.seq > 1n ? String(last.seq) : undefined;
        const table = renderTable(COLUMNS, entries, 'No entries.');
        return {
          json: { account, entries: entries.map(entryToWire), next: next ?? null },
          text: next === undefined ? table : `${table}\n\nOlder: --after ${next}`,
        };
      }),
    );
}

const COLUMNS: readonly Column<EntryView>[] = [
  { title: 'seq', value: (entry) => String(entry.seq), align: 'right' },
  { title: 'at', value: (entry) => writeInstant(entry.at) },
  { title: 'kind', value: (entry) => (entry.late ? `${entry.kind} late` : entry.kind) },
  { title: 'amount', value: (entry) => formatCredits(entry.amount), align: 'right' },
  { title: 'balance', value: (entry) => formatCredits(entry.balance), align: 'right' },
  { title: 'block', value: (entry) => entry.block ?? '' },
  { title: 'grants', value: (entry) => entry.grants.map((grant) => grant.key).join(', ') },
  { title: 'run', value: (entry) => entry.run ?? '' },
];
