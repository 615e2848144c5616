/**
 * A program of its own that stands between the run-time and one outside program (PostgreSQL,
 * Temporal). Outside programs do not notice when the process that started them is killed; a guard
 * does, because its channel to that process closes, and then it stops the program. It is started by
 * part.ts in a process group of its own, so that Ctrl-C reaches only the run-time, which then stops
 * its parts in order.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import type { PartMessage, ProgramSpec, RunTimeMessage } from './part-messages';

const spec: ProgramSpec = JSON.parse(process.argv[2] ?? '{}');
const log = openSync(spec.logFile, 'a');
const child = spawn(spec.command, [...spec.args], {
  cwd: spec.cwd,
  env: { ...process.env, ...spec.env },
  stdio: ['ignore', log, log],
  ...(spec.user ? { uid: spec.user.uid, gid: spec.user.gid } : {}),
});

child.once('spawn', () => tell({ kind: 'spawned', pid: child.pid ?? 0 }));
child.once('error', (error) => {
  tell({ kind: 'failed', reason: error.message });
  process.exitCode = 1;
  process.disconnect?.();
});
child.once('exit', (code, signal) => {
  tell({ kind: 'ended', code, signal });
  process.exit(code ?? 1);
});

process.on('message', (message: RunTimeMessage) => {
  if (message.kind === 'stop') stop(child);
});
process.on('disconnect', () => stop(child));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => stop(child));

function stop(program: ChildProcess): void {
  program.kill(spec.stopSignal);
  setTimeout(() => program.kill('SIGKILL'), spec.graceMs).unref();
}

function tell(message: PartMessage): void {
  // The run-time may be gone already; nobody is left to be told then.
  if (process.connected) process.send?.(message, () => undefined);
}
