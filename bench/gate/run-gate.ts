/**
 * Part "gate": the same no-op blocks gated, ungated and gated by hand, on one Temporal server, with
 * one worker process, in interleaved rounds. No-op blocks are the worst case: a block that does
 * anything hides what the gate adds.
 */
import { Client, Connection } from '@temporalio/client';
import { credits, TollgatePlugin } from '../../index';
import { openLedger, type Ledger } from '../../ledger';
import { withDatabase } from '../database';
import { prepareLedger, requireTrueBooks } from '../load/prepare-ledger';
import { findListener, findPostmaster } from '../measure/find-server';
import { readProcesses, sumTree } from '../measure/processes';
import { runRounds } from '../measure/rounds';
import { LEAST_ROUNDS, type Plan } from '../plan';
import type { PartResult } from '../report/part-result';
import { tell } from '../report/progress';
import type { Servers } from '../servers';
import { PRICE_CREDITS } from './blocks';
import type { Contest, Variant } from './contest';
import { reportGate } from './report-gate';
import { runAgents, type AgentsRun, type Course, type GateRuns } from './run-agents';
import { startWorker } from './start-worker';

/** The naive agents do three activities a block: fewer blocks take about as long. */
const NAIVE_SHARE = 0.4;
/** Before the speed is known: enough for the compilers of the worker process to have seen all code. */
const WARM_UP_BLOCKS = 640;
const FUNDS = credits('10000000');

export function runGatePart({ databaseUrl, temporal }: Servers, plan: Plan): Promise<PartResult> {
  if (!temporal) throw new Error('the gate cannot be measured without Temporal');
  return withDatabase(databaseUrl, 'gate', async ({ url, admin }) => {
    await prepareLedger(url);
    const contest = planContest(url, temporal);
    const ledger = await openLedger({ connectionString: url });
    await ledger.openAccount(contest.account, { drip: false });
    await ledger.grant({
      account: contest.account,
      amount: FUNDS,
      key: 'bench',
      source: 'operator',
    });
    tell('gate: bundling the agents and starting the worker process');
    const worker = await startWorker(contest);
    const connection = await Connection.connect({ address: temporal.address });
    try {
      const { namespace } = temporal;
      const client = new Client({ connection, namespace, plugins: [new TollgatePlugin()] })
        .workflow;
      const servers = [findListener(temporal.address), await findPostmaster(admin)];
      const course = { client, contest, readCpuMs: () => readCpu(worker.pid, servers) };
      const runs = await contend(course, plan);
      await worker.stop();
      await requireEachBlockCharged(ledger, contest.account, runs);
      return await reportGate(client, runs);
    } finally {
      await worker.stop();
      await connection.close();
      await ledger.close();
    }
  });
}

function planContest(databaseUrl: string, temporal: NonNullable<Servers['temporal']>): Contest {
  const label = `tollgate-bench-${process.pid}`;
  const taskQueues = { gated: `${label}-gated`, plain: `${label}-plain`, naive: `${label}-naive` };
  const { address, namespace } = temporal;
  return { databaseUrl, address, namespace, account: 'bench', taskQueues };
}

async function contend(course: Course, plan: Plan): Promise<GateRuns> {
  const warmUp = new Map<Variant, AgentsRun>();
  for (const variant of ['naive', 'gated', 'plain'] as const) {
    const run = await runAgents(course, variant, WARM_UP_BLOCKS * share(variant));
    warmUp.set(variant, run);
    report(`warm-up: ${variant}`, run);
  }
  const plainRate = warmUp.get('plain')?.blocksPerSecond ?? 0;
  const blocks = (plainRate * plan.gateMs) / 1000;
  const variants: readonly Variant[] = ['gated', 'plain', 'naive'];
  const contenders = variants.map((variant): [Variant, () => Promise<AgentsRun>] => [
    variant,
    () => runAgents(course, variant, blocks * share(variant)),
  ]);
  const limits = { rounds: plan.gateRounds, budgetMs: plan.gateBudgetMs, least: LEAST_ROUNDS };
  const rounds = await runRounds(new Map(contenders), limits, (variant, round, run) =>
    report(`round ${round + 1}: ${variant}`, run),
  );
  return { warmUp, rounds };
}

function share(variant: Variant): number {
  return variant === 'naive' ? NAIVE_SHARE : 1;
}

/** The worker with its children, this process, Temporal and PostgreSQL with all its backends. */
function readCpu(worker: number, servers: readonly (number | null)[]): number | null {
  const processes = readProcesses();
  const { user, system } = process.cpuUsage();
  return [worker, ...servers].reduce<number | null>(
    (sum, root) => (sum === null || root === null ? null : sum + sumTree(processes, root)),
    (user + system) / 1000,
  );
}

/** What was measured must also have been right: one price a block, no more and no less. */
async function requireEachBlockCharged(
  ledger: Ledger,
  account: string,
  runs: GateRuns,
): Promise<void> {
  const blocks = (['gated', 'naive'] as const)
    .flatMap((variant) => [runs.warmUp.get(variant), ...(runs.rounds.get(variant) ?? [])])
    .reduce((sum, run) => sum + (run?.blocks ?? 0), 0);
  const { balance } = await ledger.readAccount(account);
  const expected = FUNDS - BigInt(blocks) * credits(PRICE_CREDITS);
  if (balance !== expected)
    throw new Error(`${blocks} blocks left ${balance} instead of ${expected}`);
  await requireTrueBooks(ledger);
}

function report(what: string, { blocksPerSecond, cpuMs }: AgentsRun): void {
  tell(
    `gate: ${what} ${Math.round(blocksPerSecond)} blocks/s, ${cpuMs?.toFixed(2) ?? '–'} ms of processor each`,
  );
}
