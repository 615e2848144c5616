/**
 * The demonstration with everything it stands on: services that are known are used, others brought
 * up; a worker of its own, on a task queue of its own, so that no other worker takes its blocks.
 */
import { randomUUID } from 'node:crypto';
import { startRunTime, type RunTime } from '../dev/run-time';
import type { DemoSummary } from '../examples/demo';
import { runExample, type ExampleOptions } from '../dev/run-example';
import type { Environment } from './environment';

export async function runDemoOnce(
  environment: Environment,
  options: ExampleOptions,
): Promise<DemoSummary> {
  const { databaseUrl, temporalAddress, temporalNamespace } = environment;
  const runTime = await startRunTime({
    taskQueue: `tollgate-demo-${randomUUID()}`,
    temporalNamespace,
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(temporalAddress ? { temporalAddress } : {}),
  });
  try {
    return await Promise.race([runExample(runTime, options), failWith(runTime)]);
  } finally {
    await runTime.stop();
  }
}

async function failWith(runTime: RunTime): Promise<never> {
  throw new Error(await runTime.failed);
}
