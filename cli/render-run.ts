/**
 * A run as text: the total first, then one line per block call, closed or open. A child run follows
 * as a line with its own total, its blocks indented below it.
 */
import { writeCount } from '../core/contract/counted';
import { formatCredits, type Credits } from '../core/contract/credits';
import type { EntryView, GuaranteeView, ReservationView, RunReceipt } from '../ledger/views';
import { renderFacts, renderTable, type Column } from './table';
import type { TemporalRun } from './temporal-run';
import { writeInstant, writeUsage } from './wording';

const INDENT = '  ';

interface Line {
  readonly block: string;
  readonly nth?: number;
  readonly state: string;
  readonly reserved?: Credits;
  readonly charged?: Credits;
  readonly returned?: Credits;
  readonly absorbed?: Credits;
  readonly price?: string;
  readonly usage?: string;
  readonly at: Date;
}

export function renderRun(receipt: RunReceipt, temporal: TemporalRun): string {
  const lines = listLines(receipt, 0);
  const absorbs = lines.some((line) => line.absorbed !== undefined);
  const facts = renderFacts([
    ['Total', `${formatCredits(receipt.total)} credits${describeShare(receipt)}`],
    ['Agent', receipt.agent],
    ['Account', receipt.account],
    ['Member', receipt.member],
    ['Schedule', receipt.schedule],
    ['Started', writeInstant(receipt.startedAt)],
    [
      'Reserved',
      receipt.reserved > 0n ? `${formatCredits(receipt.reserved)} right now` : undefined,
    ],
    ['Guarantee', receipt.guarantee && describeGuarantee(receipt.guarantee)],
    ['Status', temporal.status ?? undefined],
    ['Workflow', receipt.workflowId],
    ['Temporal', temporal.url ?? undefined],
    ['Run', receipt.run],
    ['Parent', receipt.parent],
  ]);
  return `${facts}\n\n${renderTable(columnsFor(absorbs), lines, 'No block was charged.')}`;
}

function describeShare(receipt: RunReceipt): string {
  const blocks = writeCount(receipt.blocks, 'block');
  if (receipt.children.length === 0) return ` (${blocks})`;
  return ` (${formatCredits(receipt.charged)} by ${blocks} of its own, the rest by child runs)`;
}

function describeGuarantee({ amount, spent, returned, holds, endedAt }: GuaranteeView): string {
  const rest = endedAt ? `${formatCredits(returned)} returned` : `${formatCredits(holds)} left`;
  return `${formatCredits(amount)}, ${formatCredits(spent)} of it spent, ${rest}`;
}

function listLines(receipt: RunReceipt, depth: number): readonly Line[] {
  const indent = INDENT.repeat(depth);
  return [
    ...receipt.entries.map((entry) => closedLine(entry, indent)),
    ...receipt.open.map((reservation) => openLine(reservation, indent)),
    ...receipt.children.flatMap((child) => [
      childLine(child, indent),
      ...listLines(child, depth + 1),
    ]),
  ];
}

function closedLine(entry: EntryView, indent: string): Line {
  const { nth, reserved, charged, returned, absorbed, priceVersion } = entry;
  return {
    block: indent + (entry.block ?? ''),
    state: entry.late ? `${entry.kind} late` : entry.kind,
    usage: writeUsage(entry.usage),
    at: entry.at,
    ...(nth === undefined ? {} : { nth }),
    ...(reserved === undefined ? {} : { reserved }),
    ...(charged === undefined ? {} : { charged }),
    ...(returned === undefined ? {} : { returned }),
    ...(absorbed === undefined ? {} : { absorbed }),
    ...(priceVersion === undefined ? {} : { price: priceVersion }),
  };
}

function openLine(reservation: ReservationView, indent: string): Line {
  return {
    block: indent + reservation.block,
    nth: reservation.nth,
    state: 'open',
    reserved: reservation.amount,
    price: reservation.priceVersion,
    at: reservation.reservedAt,
  };
}

function childLine(child: RunReceipt, indent: string): Line {
  return {
    block: `${indent}> ${child.agent} (${child.workflowId})`,
    state: 'child run',
    charged: child.total,
    at: child.startedAt,
  };
}

function columnsFor(absorbs: boolean): readonly Column<Line>[] {
  const absorbed: Column<Line> = amountColumn('absorbed', (line) => line.absorbed);
  return [
    { title: 'block', value: (line) => line.block },
    {
      title: 'nth',
      value: (line) => (line.nth === undefined ? '' : String(line.nth)),
      align: 'right',
    },
    { title: 'state', value: (line) => line.state },
    amountColumn('reserved', (line) => line.reserved),
    amountColumn('charged', (line) => line.charged),
    amountColumn('returned', (line) => line.returned),
    ...(absorbs ? [absorbed] : []),
    { title: 'price', value: (line) => line.price ?? '' },
    { title: 'usage', value: (line) => line.usage ?? '' },
    { title: 'at', value: (line) => writeInstant(line.at) },
  ];
}

function amountColumn(title: string, read: (line: Line) => Credits | undefined): Column<Line> {
  return {
    title,
    align: 'right',
    value: (line) => {
      const amount = read(line);
      return amount === undefined ? '' : formatCredits(amount);
    },
  };
}
