/** What a worker reads from the environment, once, when it starts. */
import { TollgateError } from '../core/contract/errors';

export interface WorkerEnvironment {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly taskQueue: string;
  /** Path of the module of the agents; absent for the examples. */
  readonly agents?: string;
  readonly logLevel: string;
}

/** Where the examples run, and what clients of them use. */
export const DEFAULT_TASK_QUEUE = 'tollgate';

/** @throws CONFIG_INVALID */
export function readWorkerEnvironment(env: NodeJS.ProcessEnv = process.env): WorkerEnvironment {
  const databaseUrl = env.DATABASE_URL;
  if (!databaseUrl) {
    throw new TollgateError(
      'CONFIG_INVALID',
      { setting: 'DATABASE_URL' },
      { message: 'The worker needs the PostgreSQL of the ledger' },
    );
  }
  return {
    databaseUrl,
    temporalAddress: env.TEMPORAL_ADDRESS || '127.0.0.1:7233',
    temporalNamespace: env.TEMPORAL_NAMESPACE || 'default',
    taskQueue: env.TASK_QUEUE || DEFAULT_TASK_QUEUE,
    logLevel: env.LOG_LEVEL || 'info',
    ...(env.TOLLGATE_AGENTS ? { agents: env.TOLLGATE_AGENTS } : {}),
  };
}
