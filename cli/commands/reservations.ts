/** `tollgate reservations`: what is set aside right now, for which run, since when and until when. */
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import type { ReservationView } from '../../ledger/views';
import { answerFromLedger } from '../answer';
import { readLimit } from '../arguments';
import { renderTable, type Column } from '../table';
import { reservationToWire } from '../wire';
import { writeSpan } from '../wording';

const DEFAULT_LIMIT = 100;

interface ReservationsOptions {
  readonly account?: string;
  readonly limit: number;
}

export function addReservationsCommand(program: Command): void {
  program
    .command('reservations')
    .description('open reservations with their age, deadline and run')
    .option('--account <account>', 'of this account only')
    .option('--limit <n>', 'rows, at most 1000', readLimit, DEFAULT_LIMIT)
    .action((options: ReservationsOptions, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const { account, limit } = options;
        const open = await ledger.listReservations({
          limit,
          ...(account === undefined ? {} : { account }),
        });
        const table = renderTable(columnsAt(new Date()), open, 'No open reservations.');
        return {
          json: { reservations: open.map(reservationToWire), complete: open.length < limit },
          text: open.length < limit ? table : `${table}\n\nThere may be more: --limit`,
        };
      }),
    );
}

function columnsAt(now: Date): readonly Column<ReservationView>[] {
  return [
    { title: 'account', value: (view) => view.account },
    { title: 'block', value: (view) => view.block },
    { title: 'nth', value: (view) => String(view.nth), align: 'right' },
    { title: 'amount', value: (view) => formatCredits(view.amount), align: 'right' },
    { title: 'price', value: (view) => view.priceVersion },
    {
      title: 'age',
      value: (view) => writeSpan(now.getTime() - view.reservedAt.getTime()),
      align: 'right',
    },
    { title: 'deadline', value: (view) => writeDeadline(view.deadlineAt, now) },
    { title: 'workflow', value: (view) => view.workflowId },
    { title: 'run', value: (view) => view.run },
  ];
}

function writeDeadline(deadlineAt: Date, now: Date): string {
  const leftMs = deadlineAt.getTime() - now.getTime();
  return leftMs >= 0 ? `in ${writeSpan(leftMs)}` : `${writeSpan(-leftMs)} ago`;
}
