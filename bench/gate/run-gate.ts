/**
 * Part "gate": the same no-op blocks gated, ungated and gated by hand, on one Temporal server, with
 * one worker process, in interleaved rounds. No-op blocks are the worst case: a block that does
 * anything hides what the gate adds.
 */
import { Client, Connection } from '@temporalio/client';
import { credits, TollgatePlugin, type Credits } from '../../index';
import { openLedger, type Ledger } from '../../ledger';
import { withDatabase } from '../database';
import { prepareLedger, requireTrueBooks } from '../load/prepare-ledger';
import { findListener, findPostmaster } from '../measure/find-server';
import { runRounds } from '../measure/rounds';
import { LEAST_ROUNDS, type Plan } from '../plan';
import type { PartResult } from '../report/part-result';
import { tell } from '../report/progress';
import type { Servers } from '../servers';
import { PRICE_CREDITS } from './blocks';
import type { Contest, Variant } from './contest';
import { readProcessorTime, sumTime } from './processor-time';
import { reportGate } from './report-gate';
import { runAgents, type AgentsRun, type Course, type GateRuns } from './run-agents';
import { startWorker } from './start-worker';

/** The naive agents do three activities a block: fewer blocks take about as long. */
const NAIVE_SHARE = 0.4;
const FUNDS = credits('10000000');

export function runGatePart({ databaseUrl, temporal }: Servers, plan: Plan): Promise<PartResult> {
  if (!temporal) throw new Error('the gate cannot be measured without Temporal');
  return withDatabase(databaseUrl, 'gate', async ({ url, admin }) => {
    await prepareLedger(url);
    const contest = planContest(url, temporal, plan);
    const ledger = await openLedger({ connectionString: url });
    const funds = await fundAccount(ledger, contest.account);
    tell('gate: bundling the agents and starting the worker process');
    const worker = await startWorker(contest);
    const connection = await Connection.connect({ address: temporal.address });
    try {
      const { namespace } = temporal;
      const client = new Client({ connection, namespace, plugins: [new TollgatePlugin()] })
        .workflow;
      const postgres = await findPostmaster(admin);
      const programs = { worker: worker.pid, temporal: findListener(temporal.address), postgres };
      const course = { client, contest, readTime: () => readProcessorTime(programs) };
      const runs = await contend(course, plan);
      await worker.stop();
      await requireEachBlockCharged(ledger, { account: contest.account, funds }, runs);
      return await reportGate(client, runs);
    } finally {
      await worker.stop();
      await connection.close();
      await ledger.close();
    }
  });
}

function planContest(
  databaseUrl: string,
  temporal: NonNullable<Servers['temporal']>,
  { gateCommits }: Plan,
): Contest {
  const label = `tollgate-bench-${process.pid}`;
  const taskQueues = {
    gated: `${label}-gated`,
    plain: `${label}-plain`,
    naive: `${label}-naive`,
    commits: `${label}-commits`,
  };
  const variants: readonly Variant[] = [
    'gated',
    ...(gateCommits ? (['commits'] as const) : []),
    'naive',
    // The last to warm up: how many blocks a round has is theirs to say.
    'plain',
  ];
  const { address, namespace } = temporal;
  return { databaseUrl, address, namespace, account: 'bench', variants, taskQueues };
}

async function contend(course: Course, plan: Plan): Promise<GateRuns> {
  const warmUp = new Map<Variant, AgentsRun>();
  const { variants } = course.contest;
  for (const variant of variants) {
    const run = await runAgents(course, { variant, blocks: Infinity, limitMs: plan.gateWarmUpMs });
    warmUp.set(variant, run);
    report(`warm-up: ${variant}`, run);
  }
  const plainBlocks = ((warmUp.get('plain')?.blocksPerSecond ?? 0) * plan.gateMs) / 1000;
  const contenders = variants.map((variant): [Variant, () => Promise<AgentsRun>] => {
    const blocks = variant === 'naive' ? plainBlocks * NAIVE_SHARE : plainBlocks;
    return [variant, () => runAgents(course, { variant, blocks, limitMs: Infinity })];
  });
  const limits = { rounds: plan.gateRounds, budgetMs: plan.gateBudgetMs, least: LEAST_ROUNDS };
  const rounds = await runRounds(new Map(contenders), limits, (variant, round, run) =>
    report(`round ${round + 1}: ${variant}`, run),
  );
  return { warmUp, rounds };
}

async function fundAccount(ledger: Ledger, account: string): Promise<Credits> {
  await ledger.openAccount(account);
  const grant = { account, amount: FUNDS, key: 'bench', source: 'operator' };
  return (await ledger.grant(grant)).account.balance;
}

/** What was measured must also have been right: one price a block, no more and no less. */
async function requireEachBlockCharged(
  ledger: Ledger,
  { account, funds }: { readonly account: string; readonly funds: Credits },
  runs: GateRuns,
): Promise<void> {
  const blocks = (['gated', 'naive'] as const)
    .flatMap((variant) => [runs.warmUp.get(variant), ...(runs.rounds.get(variant) ?? [])])
    .reduce((sum, run) => sum + (run?.blocks ?? 0), 0);
  const { balance } = await ledger.readAccount(account);
  const expected = funds - BigInt(blocks) * credits(PRICE_CREDITS);
  if (balance !== expected)
    throw new Error(`${blocks} blocks left ${balance} instead of ${expected}`);
  await requireTrueBooks(ledger);
}

function report(what: string, { blocksPerSecond, time }: AgentsRun): void {
  const cpu = `${sumTime(time)?.toFixed(2) ?? '–'} ms of processor each`;
  tell(`gate: ${what} ${Math.round(blocksPerSecond)} blocks/s, ${cpu}`);
}
