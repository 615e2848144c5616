/** Turns the rounds' samples into the figures of part "ledger" and a table of all contenders. */
import { medianOf, medianRatio } from '../measure/median';
import type { Sample } from '../measure/sample';
import { formatMicros, formatMs, formatRate } from '../report/format';
import type { PartResult, Table } from '../report/part-result';
import { BASELINE_CONNECTIONS } from './baseline-pool';
import type { Contender } from './contenders';
import { BLOCKS_PER_RUN } from './requests';

type Samples = ReadonlyMap<string, readonly Sample[]>;

export function compareLedger(
  contenders: readonly Contender[],
  samples: Samples,
  pgbench: boolean,
): PartResult {
  const rate = (name: string): readonly number[] =>
    (samples.get(name) ?? []).map(({ perSecond }) => perSecond);
  const p50 = (name: string): readonly number[] =>
    (samples.get(name) ?? []).map(({ p50Ms }) => p50Ms);
  return {
    figures: {
      'ledger.hot64.over_pgbench1': medianRatio(rate('hot64'), rate('pgbench1')),
      'ledger.hot256.over_pgbench1': medianRatio(rate('hot256'), rate('pgbench1')),
      'ledger.hot64.over_a2': medianRatio(rate('hot64'), rate('a2.hot64')),
      'ledger.hot64.over_naive': medianRatio(rate('hot64'), rate('naive.hot64')),
      'ledger.many256.over_pgbench16': medianRatio(rate('many256'), rate('pgbench16')),
      'ledger.budgets64.over_hot64': medianRatio(rate('budgets64'), rate('hot64')),
      'ledger.one.p50_over_commit': medianRatio(p50('hot1'), p50('pgbench1')),
      'ledger.hot64.pairs_per_second': medianOf(rate('hot64')),
      'ledger.many256.pairs_per_second': medianOf(rate('many256')),
    },
    tables: [listSamples(contenders, samples)],
    notes: [
      ...(pgbench
        ? []
        : ['pgbench is not on the PATH: "pgbench" stands for the same statement through pg']),
      `A2 and naive go through ${BASELINE_CONNECTIONS} connections of pg; a run has ${BLOCKS_PER_RUN} blocks.`,
    ],
  };
}

function listSamples(contenders: readonly Contender[], samples: Samples): Table {
  const rows = contenders.flatMap(({ name, callers, accounts, operation }) => {
    const found = samples.get(name) ?? [];
    if (found.length === 0) return [];
    const middle = (pick: (sample: Sample) => number | null): number | null =>
      medianOf(found.map(pick));
    return [
      [
        ...[name, operation, String(accounts), String(callers)],
        formatRate(middle(({ perSecond }) => perSecond)),
        formatMs(middle(({ p50Ms }) => p50Ms)),
        formatMs(middle(({ p99Ms }) => p99Ms)),
        formatMicros(middle(({ postgresCpuUs }) => postgresCpuUs)),
        formatMicros(middle(({ nodeCpuUs }) => nodeCpuUs)),
        String(found.length),
      ],
    ];
  });
  const columns = [
    'name',
    'operation',
    'accounts',
    'callers',
    '/s',
    'p50 ms',
    'p99 ms',
    'PG µs',
    'Node µs',
    'rounds',
  ];
  return { title: 'Ledger: durable operations', columns, rows };
}
