/**
 * The bench: what the gate and the ledger cost, as ratios to yardsticks measured beside them in the
 * same run. docs/benchmarks.md says what each figure means and where it stood.
 */
import { cpus, totalmem } from 'node:os';
import { runCostPart } from './cost/run-cost';
import { runFlatPart } from './flat/run-flat';
import { runGatePart } from './gate/run-gate';
import { runLedgerPart } from './ledger/run-ledger';
import { roundFigure } from './measure/median';
import { runSubscriptionsPart } from './subscriptions/run-subscriptions';
import { readOptions, USAGE, type Options, type Part } from './options';
import { choosePlan, type Plan } from './plan';
import { tabulateFigures } from './report/bars';
import type { PartResult } from './report/part-result';
import { printTable } from './report/print-tables';
import { tell } from './report/progress';
import { runWebhooksPart } from './webhooks/run-webhooks';
import { provideServers, type GivenServers, type Servers } from './servers';

const RUN_PART: Readonly<Record<Part, (servers: Servers, plan: Plan) => Promise<PartResult>>> = {
  gate: (servers, plan) => runGatePart(servers, plan),
  ledger: ({ databaseUrl }, plan) => runLedgerPart(databaseUrl, plan),
  cost: ({ databaseUrl }, plan) => runCostPart(databaseUrl, plan),
  flat: ({ databaseUrl }, plan) => runFlatPart(databaseUrl, plan),
  webhooks: (servers, plan) => runWebhooksPart(servers, plan),
  subscriptions: (servers, plan) => runSubscriptionsPart(servers, plan),
};

const NEEDS_TEMPORAL: ReadonlySet<Part> = new Set(['gate', 'webhooks', 'subscriptions']);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') return void process.stdout.write(`${USAGE}\n`);
  const startedAt = performance.now();
  const plan = choosePlan(options);
  const withTemporal = options.parts.some((part) => NEEDS_TEMPORAL.has(part));
  const servers = await provideServers(readEnvironment(), withTemporal);
  const results: PartResult[] = [];
  try {
    for (const part of options.parts) results.push(await RUN_PART[part](servers, plan));
  } finally {
    await servers.stop();
  }
  report(options, results, Math.round((performance.now() - startedAt) / 1000));
}

function readEnvironment(): GivenServers {
  const { DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } = process.env;
  return {
    databaseUrl: DATABASE_URL,
    temporalAddress: TEMPORAL_ADDRESS,
    temporalNamespace: TEMPORAL_NAMESPACE,
  };
}

function report(options: Options, results: readonly PartResult[], seconds: number): void {
  const entries = results
    .flatMap(({ figures }) => Object.entries(figures))
    .map(([name, value]): [string, number | null] => [
      name,
      value === null ? null : roundFigure(value),
    ]);
  const figures = Object.fromEntries(entries);
  const notes = results.flatMap((result) => result.notes);
  const tables = [...results.flatMap((result) => result.tables), tabulateFigures(figures)];
  process.stdout.write(
    `${tables.map(printTable).join('\n')}\n${notes.map((note) => `- ${note}\n`).join('')}`,
  );
  tell(`done in ${seconds} s`);
  if (!options.json) return;
  const machine = {
    processors: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const { quick, parts } = options;
  const samples = results.flatMap((result) => result.tables);
  process.stdout.write(
    `${JSON.stringify({ quick, parts, seconds, machine, figures, notes, tables: samples })}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(
    `bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
