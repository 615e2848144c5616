/** What the run-time takes from the environment: the services that it need not provide itself. */
import { DEFAULT_TASK_QUEUE } from '../worker/environment';

export interface DevEnvironment {
  readonly databaseUrl?: string;
  readonly temporalAddress?: string;
  readonly temporalNamespace?: string;
  readonly taskQueue: string;
}

export function readDevEnvironment(env: NodeJS.ProcessEnv = process.env): DevEnvironment {
  return {
    taskQueue: env.TASK_QUEUE || DEFAULT_TASK_QUEUE,
    ...(env.DATABASE_URL ? { databaseUrl: env.DATABASE_URL } : {}),
    ...(env.TEMPORAL_ADDRESS ? { temporalAddress: env.TEMPORAL_ADDRESS } : {}),
    ...(env.TEMPORAL_NAMESPACE ? { temporalNamespace: env.TEMPORAL_NAMESPACE } : {}),
  };
}
