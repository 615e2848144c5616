/**
 * The demonstration with everything it stands on: services that are known are used, others brought
 * up; a worker of its own, on a task queue of its own, so that no other worker takes its blocks.
 */
import { randomUUID } from 'node:crypto';
import { watchInterruption } from '../dev/interruption';
import { startRunTime, type RunTime } from '../dev/run-time';
import type { DemoOptions } from '../examples/demo';
import { runExample, type ExampleOptions } from '../dev/run-example';
import type { Environment } from './environment';

/** Undefined when it was interrupted; everything that was brought up is down again either way. */
export async function runDemoOnce<Summary>(
  environment: Environment,
  options: ExampleOptions,
  example: (options: DemoOptions) => Promise<Summary>,
): Promise<Summary | undefined> {
  const { databaseUrl, temporalAddress, temporalNamespace } = environment;
  const interruption = watchInterruption();
  const runTime = await startRunTime({
    taskQueue: `tollgate-demo-${randomUUID()}`,
    temporalNamespace,
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(temporalAddress ? { temporalAddress } : {}),
  });
  interruption.handOver(() => runTime.kill());
  try {
    return await Promise.race([
      runExample(runTime, options, example),
      failWith(runTime),
      interruption.first.then(() => undefined),
    ]);
  } finally {
    await runTime.stop();
    interruption.end();
  }
}

async function failWith(runTime: RunTime): Promise<never> {
  throw new Error(await runTime.failed);
}
