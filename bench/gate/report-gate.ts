/** The figures and the table of part "gate". */
import type { WorkflowClient } from '@temporalio/client';
import { medianOf, medianRatio } from '../measure/median';
import { formatMs, formatRate } from '../report/format';
import type { PartResult } from '../report/part-result';
import type { Variant } from './contest';
import { sumTime, type ProcessorTime } from './processor-time';
import { AGENTS_AT_ONCE, BLOCKS_PER_AGENT, type AgentsRun, type GateRuns } from './run-agents';

const PROGRAMS: readonly (keyof ProcessorTime)[] = ['worker', 'client', 'temporal', 'postgres'];

export async function reportGate(
  client: WorkflowClient,
  { rounds }: GateRuns,
): Promise<PartResult> {
  const of = (variant: Variant): readonly AgentsRun[] => rounds.get(variant) ?? [];
  const rate = (variant: Variant): readonly number[] =>
    of(variant).map((run) => run.blocksPerSecond);
  const cpu = (variant: Variant): readonly (number | null)[] =>
    of(variant).map((run) => sumTime(run.time));
  const events = {
    gated: await countEvents(client, of('gated')),
    plain: await countEvents(client, of('plain')),
    commits: await countEvents(client, of('commits')),
    naive: await countEvents(client, of('naive')),
  };
  const rows = [...rounds.keys()].map((variant) => [
    variant,
    formatRate(medianOf(rate(variant))),
    formatMs(medianOf(cpu(variant))),
    ...PROGRAMS.map((name) => formatMs(medianOf(of(variant).map((run) => run.time[name])))),
    formatMs(events[variant]),
    String(of(variant).length),
  ]);
  return {
    figures: {
      'gate.ratio': medianRatio(rate('gated'), rate('plain')),
      'gate.cpu_ratio': medianRatio(cpu('gated'), cpu('plain')),
      'gate.extra_history_events': events.gated - events.plain,
      'gate.commits_ratio': medianRatio(rate('commits'), rate('plain')),
      'gate.commits_cpu_ratio': medianRatio(cpu('commits'), cpu('plain')),
      'gate.naive_ratio': medianRatio(rate('naive'), rate('plain')),
      'gate.naive_cpu_ratio': medianRatio(cpu('naive'), cpu('plain')),
      'gate.naive_extra_history_events': events.naive - events.plain,
    },
    tables: [
      {
        title: `Gate: agents of ${BLOCKS_PER_AGENT} no-op blocks, ${AGENTS_AT_ONCE} at once`,
        columns: ['agents', 'blocks/s', 'CPU ms a block', ...PROGRAMS, 'events a block', 'rounds'],
        rows,
      },
    ],
    notes: [],
  };
}

/** Events of a history for one block, the agent's own start and end among them; the median of the rounds. */
async function countEvents(client: WorkflowClient, runs: readonly AgentsRun[]): Promise<number> {
  const counts = await Promise.all(
    runs.map(async ({ sampleId }) => {
      const { events } = await client.getHandle(sampleId).fetchHistory();
      return events?.length ?? NaN;
    }),
  );
  return (medianOf(counts) ?? NaN) / BLOCKS_PER_AGENT;
}
