/** Starts the worker that keeps the bench's subscriptions. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

export interface WorkerArgument {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly taskQueue: string;
}

export interface SubscriptionWorker {
  readonly pid: number;
  /** Looks done so far. */
  countLooks(): Promise<number>;
  stop(): Promise<void>;
}

export async function startSubscriptionWorker(
  argument: WorkerArgument,
): Promise<SubscriptionWorker> {
  const child = fork(require.resolve('./worker-process'), [JSON.stringify(argument)]);
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the worker process ended with ${String(signal ?? code)}`);
  });
  ended.catch(() => undefined);
  const told = async (): Promise<unknown> =>
    (await Promise.race([once(child, 'message'), ended]))[0];
  await told();
  const { pid } = child;
  if (pid === undefined) throw new Error('the worker process has no id');
  return {
    pid,
    async countLooks() {
      child.send('looks');
      return Number(await told());
    },
    async stop() {
      child.send('stop');
      await ended.catch(() => undefined);
    },
  };
}
