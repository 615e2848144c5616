/**
 * `tollgate dev`, which is `npm start`: brings everything up, runs the example agents, says where
 * everything is, and stays until Ctrl-C. When a part ends on its own, it says which, stops the rest and
 * ends with status 1.
 */
import { type DevEnvironment, readDevEnvironment } from './environment';
import { removeNote, writeNote } from './note';
import { printProgress } from './progress';
import { type RunTime, startRunTime } from './run-time';

export interface DevOptions {
  /** End after the example, with its outcome. */
  readonly exit?: boolean;
  /** Do not run the example agents. */
  readonly example?: boolean;
  /** Module of agents to run instead of the examples; the example is not run then. */
  readonly agents?: string;
}

const INTERRUPTED = 130;

/** Resolves with the exit status, after everything has been stopped. */
export async function runDev(
  options: DevOptions = {},
  environment: DevEnvironment = readDevEnvironment(),
): Promise<number> {
  const interruption = watchInterruption();
  const runTime = await startRunTime({
    ...environment,
    keepTemporal: true,
    usualPorts: true,
    ...(options.agents ? { agents: options.agents } : {}),
  });
  interruption.handOver(() => runTime.kill());
  writeNote(runTime);
  const outcomes = [
    live(runTime, options),
    interruption.first.then(() => 0),
    runTime.failed.then((sentence) => ({ failure: sentence })),
  ];
  try {
    const outcome = await Promise.race(outcomes);
    if (typeof outcome === 'number') return outcome;
    printProgress(outcome.failure);
    return 1;
  } finally {
    printProgress('stopping …');
    removeNote(runTime);
    await runTime.stop();
  }
}

/** The example, the addresses; then, unless asked to end, never resolves. */
async function live(runTime: RunTime, { exit }: DevOptions): Promise<number> {
  process.stdout.write(`${describeAddresses(runTime)}\n`);
  if (exit) return 0;
  return new Promise<never>(() => undefined);
}

function describeAddresses({ databaseUrl, temporal, taskQueue, folder, parts }: RunTime): string {
  const rows = [
    ["Temporal's UI", temporal.uiUrl],
    ['Temporal', `${temporal.address}, namespace ${temporal.namespace}, task queue ${taskQueue}`],
    ['PostgreSQL', databaseUrl],
    ['Data and logs', `${folder} (delete it to start afresh)`],
    ['Processes', parts.map(({ name, pid }) => `${name} ${pid}`).join(', ')],
  ];
  return rows
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${String(name).padEnd(14)}  ${String(value)}`)
    .join('\n');
}

interface Interruption {
  /** Resolves at the first Ctrl-C or SIGTERM once everything is up. */
  readonly first: Promise<void>;
  /** Until this call an interruption ends the process at once; the parts follow it by themselves. */
  handOver(force: () => void): void;
}

/** The first interruption stops in order, the second at once. */
function watchInterruption(): Interruption {
  let force: (() => void) | undefined;
  let interrupted = false;
  let resolveFirst = (): void => undefined;
  const first = new Promise<void>((resolve) => (resolveFirst = resolve));
  const onSignal = (): void => {
    if (force && !interrupted) {
      interrupted = true;
      resolveFirst();
      return;
    }
    force?.();
    process.exit(INTERRUPTED);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return { first, handOver: (kill) => (force = kill) };
}
