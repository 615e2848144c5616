/** Runs a fixed number of agents, several at a time, and says what they took. */
import type { WorkflowClient } from '@temporalio/client';
import { AGENTS, type Contest, type Variant } from './contest';
import { divideTime, type ProcessorTime } from './processor-time';

/** Blocks of one agent, one after the other. */
export const BLOCKS_PER_AGENT = 20;
/** Agents that run at the same time. */
export const AGENTS_AT_ONCE = 8;

export interface AgentsRun {
  readonly blocks: number;
  readonly blocksPerSecond: number;
  /** Processor time for one block. */
  readonly time: ProcessorTime;
  /** Id of one of the agents, to look into its history. */
  readonly sampleId: string;
}

/** All rounds of all variants; the warm-up is kept too, because its blocks were charged as well. */
export interface GateRuns {
  readonly warmUp: ReadonlyMap<Variant, AgentsRun>;
  readonly rounds: ReadonlyMap<Variant, readonly AgentsRun[]>;
}

export interface Course {
  readonly client: WorkflowClient;
  readonly contest: Contest;
  /** Processor time used so far. */
  readonly readTime: () => ProcessorTime;
}

export interface Load {
  readonly variant: Variant;
  /** At least so many blocks; the agents at once share them evenly, so that all end together. */
  readonly blocks: number;
  /** Start no further agent after so long: a machine may be far slower than expected. */
  readonly limitMs: number;
}

export async function runAgents(course: Course, load: Load): Promise<AgentsRun> {
  const { variant, limitMs } = load;
  const most = Math.max(1, Math.ceil(load.blocks / (BLOCKS_PER_AGENT * AGENTS_AT_ONCE)));
  const before = course.readTime();
  const startedAt = performance.now();
  const label = `${course.contest.taskQueues[variant]}-${Math.round(startedAt)}`;
  const agents = await Promise.all(
    Array.from({ length: AGENTS_AT_ONCE }, async (_, lane) => {
      let nth = 0;
      while (nth < most && (nth === 0 || performance.now() - startedAt < limitMs)) {
        await runAgent(course, variant, `${label}-${lane}-${nth}`);
        nth += 1;
      }
      return nth;
    }),
  );
  const elapsedMs = performance.now() - startedAt;
  const blocks = agents.reduce((sum, count) => sum + count, 0) * BLOCKS_PER_AGENT;
  return {
    blocks,
    blocksPerSecond: (blocks * 1000) / elapsedMs,
    time: divideTime(before, course.readTime(), blocks),
    sampleId: `${label}-0-0`,
  };
}

async function runAgent(
  { client, contest }: Course,
  variant: Variant,
  workflowId: string,
): Promise<void> {
  await client.execute(AGENTS[variant], {
    workflowId,
    taskQueue: contest.taskQueues[variant],
    args: [BLOCKS_PER_AGENT],
    ...(variant === 'gated' ? { tollgate: { account: contest.account } } : {}),
  });
}
