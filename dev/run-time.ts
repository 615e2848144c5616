/**
 * Everything an agent needs to run, as one thing that starts and stops: PostgreSQL and Temporal (given
 * or provided), a ledger brought up to date in it, and a worker with the agents.
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
import type { ProvidedTemporal } from './temporal';

export interface RunTimeOptions extends ServicesOptions {
  readonly taskQueue: string;
  /** Module of the agents that the worker runs (worker/agent-module.ts); default: the examples. */
  readonly agents?: string;
}

export interface RunTime {
  readonly databaseUrl: string;
  readonly temporal: ProvidedTemporal;
  readonly taskQueue: string;
  readonly folder: string;
  readonly parts: readonly Part[];
  /** Resolves when any part ends without having been asked to, with the sentence for people. */
  readonly failed: Promise<string>;
  /** Stops all parts, the worker first. */
  stop(): Promise<void>;
  /** Ends all parts at once. */
  kill(): void;
}

export async function startRunTime(options: RunTimeOptions): Promise<RunTime> {
  const { progress = printProgress, taskQueue } = options;
  const folder = resolve(options.folder ?? DATA_FOLDER);
  const { databaseUrl, temporal, parts } = await startServices({ ...options, folder });
  try {
    const { applied } = await migrate(databaseUrl);
    if (applied.length > 0) progress(`migrated the ledger: ${applied.join(', ')}`);
    progress('starting the worker …');
    const worker = await startModule('Worker', 'worker/main.js', {
      logFile: logFileIn(folder, 'worker'),
      env: {
        DATABASE_URL: databaseUrl,
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: temporal.namespace,
        TASK_QUEUE: taskQueue,
        ...(options.agents ? { TOLLGATE_AGENTS: resolve(options.agents) } : {}),
      },
    });
    const all = [...parts, worker];
    return {
      databaseUrl,
      temporal,
      taskQueue,
      folder,
      parts: all,
      failed: watchParts(all),
      stop: () => stopParts(all),
      kill: () => all.forEach((part) => part.kill()),
    };
  } catch (error) {
    await stopParts(parts);
    throw error;
  }
}
