/** The figures that have a bar to clear, and which side of it is the good one. */
import { formatRatio } from './format';
import type { Table } from './part-result';

interface Bar {
  readonly at: number;
  readonly side: 'at least' | 'at most';
}

const BARS: Readonly<Record<string, Bar>> = {
  'gate.ratio': { at: 0.92, side: 'at least' },
  'gate.cpu_ratio': { at: 1.08, side: 'at most' },
  'gate.extra_history_events': { at: 0, side: 'at most' },
  'ledger.hot64.over_pgbench1': { at: 1.2, side: 'at least' },
  'ledger.hot256.over_pgbench1': { at: 2, side: 'at least' },
  'ledger.hot64.over_a2': { at: 4, side: 'at least' },
  'ledger.hot64.over_naive': { at: 10, side: 'at least' },
  'ledger.many256.over_pgbench16': { at: 0.6, side: 'at least' },
  'ledger.budgets64.over_hot64': { at: 0.8, side: 'at least' },
  'ledger.one.p50_over_commit': { at: 5, side: 'at most' },
  'ledger.hot64.wal_bytes': { at: 900, side: 'at most' },
  'ledger.flat.pg_cpu_ratio': { at: 1.3, side: 'at most' },
  'ledger.grants200.pg_cpu_ratio': { at: 1.3, side: 'at most' },
};

export function tabulateFigures(figures: Readonly<Record<string, number | null>>): Table {
  const rows = Object.entries(figures).map(([name, value]) => {
    const bar = BARS[name];
    return [
      name,
      formatRatio(value),
      bar ? `${bar.side} ${bar.at}` : '',
      bar ? judge(value, bar) : '',
    ];
  });
  return { title: 'Figures', columns: ['figure', 'value', 'bar', ''], rows };
}

function judge(value: number | null, bar: Bar): string {
  if (value === null || Number.isNaN(value)) return 'not measured';
  const holds = bar.side === 'at least' ? value >= bar.at : value <= bar.at;
  return holds ? 'holds' : 'MISSED';
}
