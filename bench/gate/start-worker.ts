/** Starts the worker process and waits until it polls. */
import { fork } from 'node:child_process';
import { READY, STOP, type Contest } from './contest';

export interface WorkerProcess {
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startWorker(contest: Contest): Promise<WorkerProcess> {
  const child = fork(require.resolve('./worker-process'), [JSON.stringify(contest)]);
  const ended = new Promise<string>((resolve) =>
    child.on('exit', (code, signal) => resolve(signal ?? `code ${code}`)),
  );
  const ready = new Promise<void>((resolve) =>
    child.on('message', (message) => message === READY && resolve()),
  );
  await Promise.race([
    ready,
    ended.then((how) => Promise.reject(new Error(`the worker process ended with ${how}`))),
  ]);
  const { pid } = child;
  if (pid === undefined) throw new Error('the worker process has no id');
  const stop = async (): Promise<void> => {
    if (child.connected) child.send(STOP);
    await ended;
  };
  return { pid, stop };
}
