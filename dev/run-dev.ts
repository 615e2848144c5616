/**
 * `tollgate dev`, which is `npm start`: brings everything up, runs the example agents, says where
 * everything is, and stays until Ctrl-C. When a part ends on its own, it says which, stops the rest and
 * ends with status 1.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describeAddresses } from './addresses';
import { type DevEnvironment, readDevEnvironment } from './environment';
import { watchInterruption } from './interruption';
import { removeNote, writeNote } from './note';
import { printProgress } from './progress';
import { runDemo } from '../examples/demo';
import { runExample } from './run-example';
import { type RunTime, startRunTime } from './run-time';

export interface DevOptions {
  /** End after the example, with its outcome. */
  readonly exit?: boolean;
  /** Do not run the example agents. */
  readonly example?: boolean;
  /** Module of agents to run instead of the examples, which are not run then. */
  readonly agents?: string;
}

/** How long a failure waits for the news that a part had ended, which would be its cause. */
const CAUSE_MS = 1_000;

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
    stripe: true,
    ...(options.agents ? { agents: options.agents } : {}),
  });
  interruption.handOver(() => runTime.kill());
  writeNote(runTime);
  const failed = runTime.failed.then((sentence) => new Error(sentence));
  const stop = new AbortController();
  const lived = live(runTime, options, stop.signal).catch(async (error: unknown) => {
    return Promise.race([failed, delay(CAUSE_MS, error, { ref: false })]);
  });
  try {
    const outcome = await Promise.race([lived, failed, interruption.first.then(() => 0)]);
    if (typeof outcome === 'number') return outcome;
    printProgress(outcome instanceof Error ? outcome.message : String(outcome));
    return 1;
  } finally {
    printProgress('stopping …');
    stop.abort();
    removeNote(runTime);
    await runTime.stop();
    interruption.end();
  }
}

/** The example, the addresses; then, unless asked to end, never resolves. */
async function live(runTime: RunTime, options: DevOptions, stop: AbortSignal): Promise<number> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const withExample = options.example !== false && options.agents === undefined;
  const succeeded = withExample ? await runExampleWell(runTime, print, stop) : true;
  print(`\nEverything is up:\n${describeAddresses(runTime)}`);
  if (options.exit) return succeeded ? 0 : 1;
  print('Ctrl-C stops everything.');
  return new Promise<never>(() => undefined);
}

async function runExampleWell(
  runTime: RunTime,
  print: (line: string) => void,
  stop: AbortSignal,
): Promise<boolean> {
  printProgress('running the example agents …');
  const { run, doctor } = await runExample(runTime, { print, stop }, runDemo);
  return doctor.ok && run.status === 'completed';
}
