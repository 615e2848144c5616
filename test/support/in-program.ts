/** The other side of program.ts: what a program that a test has started uses. */
import { inspect } from 'node:util';
import type { Message } from './program';

/** What the test gave to `startProgram`. */
export function readArgument<Argument>(): Argument {
  return JSON.parse(process.argv[2] ?? '{}') as Argument; // Written by the test, a line above.
}

export function tell<Told extends Message>(message: Told): void {
  if (process.connected) process.send?.(message, () => undefined);
}

/** Calls it with every message of this kind. */
export function onMessage<Received extends Message>(
  kind: Received['kind'],
  handle: (message: Received) => Promise<void> | void,
): void {
  process.on('message', (message: Received) => {
    if (message.kind !== kind) return;
    Promise.resolve(handle(message)).catch(fail);
  });
}

/** Runs a program: `stop`, or the end of the test process, ends it in order. */
export function runProgram(start: () => Promise<() => Promise<void>>): void {
  let stopping = false;
  const started = start();
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    const end = await started;
    await end();
    process.exit(0);
  };
  onMessage('stop', stop);
  process.on('disconnect', () => void stop().catch(fail));
  started.then(() => tell({ kind: 'ready' })).catch(fail);
}

function fail(error: unknown): void {
  process.stderr.write(`${inspect(error)}\n`);
  process.exit(1);
}
