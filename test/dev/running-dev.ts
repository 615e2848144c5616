/** `tollgate dev` as a process of its own in a folder of its own, without the example. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from '../support/eventually';

const PROGRAM = join(__dirname, '../../dist/cli/main.js');
export const START_DEADLINE_MS = 90_000;

export interface RunningDev {
  readonly process: ChildProcess;
  /** Resolves with the exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
  up(): Promise<unknown>;
  output(): string;
  errors(): string;
  pidOf(part: string): number;
}

export function startDevIn(folder: string): RunningDev {
  const { DATABASE_URL, TEMPORAL_ADDRESS, STRIPE_SECRET_KEY, ...env } = process.env;
  const child = spawn(process.execPath, [PROGRAM, 'dev', '--no-example'], { cwd: folder, env });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  let exited = false;
  const ended = once(child, 'close').then(([code]) => {
    exited = true;
    return code as number | null; // As `close` hands it over.
  });
  return {
    process: child,
    ended,
    output: () => output,
    errors: () => errors,
    up: () =>
      eventually(
        () => {
          if (exited) throw new Error(`It has ended:\n${errors}`);
          return output.includes('Ctrl-C stops everything');
        },
        { what: 'the run-time', deadlineMs: START_DEADLINE_MS },
      ),
    pidOf: (part) => Number(new RegExp(`${part} (\\d+)`).exec(output)?.[1]),
  };
}
