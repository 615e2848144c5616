/** Runs a fixed number of agents, several at a time, and says what they took. */
import type { WorkflowClient } from '@temporalio/client';
import { AGENTS, type Contest, type Variant } from './contest';

/** Blocks of one agent, one after the other. */
export const BLOCKS_PER_AGENT = 20;
/** Agents that run at the same time. */
export const AGENTS_AT_ONCE = 8;

export interface AgentsRun {
  readonly blocks: number;
  readonly blocksPerSecond: number;
  /** Processor time of all processes for one block; null where a server is on another machine. */
  readonly cpuMs: number | null;
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
  /** Processor time used so far by the worker, this process and both servers. */
  readonly readCpuMs: () => number | null;
}

/** At least so many blocks; each of the agents at once gets the same number, so that all end together. */
export async function runAgents(
  course: Course,
  variant: Variant,
  atLeast: number,
): Promise<AgentsRun> {
  const perLane = Math.max(1, Math.ceil(atLeast / (BLOCKS_PER_AGENT * AGENTS_AT_ONCE)));
  const before = course.readCpuMs();
  const startedAt = performance.now();
  const label = `${course.contest.taskQueues[variant]}-${Math.round(startedAt)}`;
  await Promise.all(
    Array.from({ length: AGENTS_AT_ONCE }, async (_, lane) => {
      for (let nth = 0; nth < perLane; nth += 1) {
        await runAgent(course, variant, `${label}-${lane}-${nth}`);
      }
    }),
  );
  const elapsedMs = performance.now() - startedAt;
  const after = course.readCpuMs();
  const blocks = perLane * AGENTS_AT_ONCE * BLOCKS_PER_AGENT;
  return {
    blocks,
    blocksPerSecond: (blocks * 1000) / elapsedMs,
    cpuMs: before === null || after === null ? null : (after - before) / blocks,
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
