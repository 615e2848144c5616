/** The figures and the table of part "cost". */
import { medianOf } from '../measure/median';
import type { Sample } from '../measure/sample';
import { formatMicros, formatMs, formatRate, formatRatio } from '../report/format';
import type { PartResult, Table } from '../report/part-result';

type Samples = ReadonlyMap<string, readonly Sample[]>;
type Pick = (sample: Sample) => number | null;

export function reportCost(fast: Samples, slow: Samples): PartResult {
  const of = (samples: Samples, name: string, pick: Pick): number | null =>
    medianOf((samples.get(name) ?? []).map(pick));
  return {
    figures: {
      'ledger.hot64.wal_bytes': of(fast, 'hot64', ({ walBytes }) => walBytes),
      'ledger.hot64.commits_per_pair': of(fast, 'hot64', ({ transactions }) => transactions),
      'ledger.hot64.pg_cpu_us': of(fast, 'hot64', ({ postgresCpuUs }) => postgresCpuUs),
      'ledger.hot64.node_cpu_us': of(fast, 'hot64', ({ nodeCpuUs }) => nodeCpuUs),
      'ledger.many64.wal_bytes': of(fast, 'many64', ({ walBytes }) => walBytes),
      'ledger.slow_commit.one_p50_ms': of(slow, 'slow.hot1', ({ p50Ms }) => p50Ms),
      'ledger.slow_commit.hot64.pairs_per_second': of(
        slow,
        'slow.hot64',
        ({ perSecond }) => perSecond,
      ),
      'ledger.slow_commit.hot64.over_a2': divide(
        of(slow, 'slow.hot64', ({ perSecond }) => perSecond),
        of(slow, 'slow.a2.hot64', ({ perSecond }) => perSecond),
      ),
    },
    tables: [tabulate(new Map([...fast, ...slow]))],
    notes: [
      'WAL, commits and processor time are those of the whole server: leave it to the bench alone.',
      ...(slow.size > 0 ? [] : ['The slow commit needs a superuser (commit_delay): left out.']),
    ],
  };
}

function tabulate(samples: Samples): Table {
  const rows = [...samples].map(([name, found]) => {
    const middle = (pick: Pick): number | null => medianOf(found.map(pick));
    return [
      name,
      formatRate(middle(({ perSecond }) => perSecond)),
      formatMs(middle(({ p50Ms }) => p50Ms)),
      formatMs(middle(({ p99Ms }) => p99Ms)),
      formatRate(middle(({ walBytes }) => walBytes)),
      formatRatio(middle(({ transactions }) => transactions)),
      formatMicros(middle(({ postgresCpuUs }) => postgresCpuUs)),
      formatMicros(middle(({ nodeCpuUs }) => nodeCpuUs)),
    ];
  });
  const columns = ['name', '/s', 'p50 ms', 'p99 ms', 'WAL B', 'commits', 'PG µs', 'Node µs'];
  return { title: 'Cost of one pair (slow: commits of 3 ms)', columns, rows };
}

function divide(one: number | null, other: number | null): number | null {
  return one === null || other === null || other === 0 ? null : one / other;
}
