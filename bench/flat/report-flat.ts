/** The figures and the table of part "flat". */
import { medianOf, medianRatio } from '../measure/median';
import type { Sample } from '../measure/sample';
import { formatMicros, formatMs, formatRate } from '../report/format';
import { MANY_ENTRIES } from '../plan';
import type { PartResult } from '../report/part-result';

export function reportFlat(
  samples: ReadonlyMap<string, readonly Sample[]>,
  entries: number,
): PartResult {
  const cpu = (name: string): readonly (number | null)[] =>
    (samples.get(name) ?? []).map(({ postgresCpuUs }) => postgresCpuUs);
  const rows = [...samples].map(([name, found]) => [
    name,
    formatRate(medianOf(found.map(({ perSecond }) => perSecond))),
    formatMs(medianOf(found.map(({ p50Ms }) => p50Ms))),
    formatMicros(medianOf(cpu(name))),
    formatRate(medianOf(found.map(({ walBytes }) => walBytes))),
  ]);
  return {
    figures: {
      'ledger.flat.pg_cpu_ratio': medianRatio(cpu('old.many64'), cpu('young.many64')),
      ...(samples.has('old.hot64')
        ? { 'ledger.flat.hot_pg_cpu_ratio': medianRatio(cpu('old.hot64'), cpu('young.hot64')) }
        : {}),
      'ledger.flat.entries': entries,
      'ledger.grants200.pg_cpu_ratio': medianRatio(cpu('grants200'), cpu('grants1')),
    },
    tables: [
      {
        title: `Flat: 64 callers at 10,000 (young) and ${entries.toLocaleString('en')} (old) entries; 1 and 200 grants`,
        columns: ['name', '/s', 'p50 ms', 'PG µs', 'WAL B'],
        rows,
      },
    ],
    notes:
      entries < MANY_ENTRIES
        ? [`Flat was measured at ${entries} entries only: the time for loading more was up.`]
        : [],
  };
}
