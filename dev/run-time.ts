/**
 * Everything an agent needs to run, as one thing that starts and stops: PostgreSQL and Temporal (given
 * or provided), a ledger brought up to date in it, a worker with the agents and, where it is asked for,
 * Stripe (given or simulated) with the server that takes its webhooks.
 */
import { resolve } from 'node:path';
import { migrate } from '../ledger/migrate';
import { logFileIn, type Part, startModule } from './part';
import { printProgress } from './progress';
import {
  DATA_FOLDER,
  type ServicesOptions,
  startServices,
  stopParts,
  watchParts,
} from './services';
import { provideStripe, startServer, type ProvidedStripe } from './stripe';
import type { ProvidedTemporal } from './temporal';

export interface RunTimeOptions extends ServicesOptions {
  readonly taskQueue: string;
  /** Module of the agents that the worker runs (worker/agent-module.ts); default: the examples. */
  readonly agents?: string;
  /** Keep subscriptions too. Default: no. */
  readonly stripe?: boolean;
}

export interface RunTime {
  readonly databaseUrl: string;
  readonly temporal: ProvidedTemporal;
  readonly taskQueue: string;
  readonly folder: string;
  readonly stripe?: ProvidedStripe;
  readonly parts: readonly Part[];
  /** Resolves when any part ends without having been asked to, with the sentence for people. */
  readonly failed: Promise<string>;
  /** Stops all parts, the worker first. */
  stop(): Promise<void>;
  /** Ends all parts at once. */
  kill(): void;
}

export async function startRunTime(options: RunTimeOptions): Promise<RunTime> {
  const { progress = printProgress, taskQueue, usualPorts = false } = options;
  const folder = resolve(options.folder ?? DATA_FOLDER);
  const { databaseUrl, temporal, parts } = await startServices({ ...options, folder });
  const started = [...parts];
  /** What was started is stopped with the rest, also when something beside it cannot start. */
  const keep = (part: Part | undefined): void => void (part && started.push(part));
  try {
    const { applied } = await migrate(databaseUrl);
    if (applied.length > 0) progress(`migrated the ledger: ${applied.join(', ')}`);
    const stripe = options.stripe
      ? await provideStripe({ folder, usualPorts, progress })
      : undefined;
    keep(stripe?.part);
    const places = {
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
    };
    progress('starting the worker …');
    await allStarted([
      ...(stripe ? [startServer(stripe, places, folder).then(keep)] : []),
      startWorker({ ...places, ...stripe?.env }, options, folder).then(keep),
    ]);
    return {
      databaseUrl,
      temporal,
      taskQueue,
      folder,
      ...(stripe ? { stripe } : {}),
      parts: started,
      failed: watchParts(started),
      stop: () => stopParts(started),
      kill: () => started.forEach((part) => part.kill()),
    };
  } catch (error) {
    await stopParts(started);
    throw error;
  }
}

/** Waits for all of them, also when one fails: what has started by then can be stopped. */
async function allStarted(starts: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(starts);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

function startWorker(
  env: Readonly<Record<string, string>>,
  { agents, taskQueue }: RunTimeOptions,
  folder: string,
): Promise<Part> {
  return startModule('Worker', 'worker/main.js', {
    logFile: logFileIn(folder, 'worker'),
    env: {
      ...env,
      TASK_QUEUE: taskQueue,
      ...(agents ? { TOLLGATE_AGENTS: resolve(agents) } : {}),
    },
  });
}
