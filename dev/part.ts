/**
 * A part of the run-time: one child process that is watched, stopped in order, and that ends by itself
 * when the run-time is gone. PostgreSQL and Temporal are parts behind a guard (guard.ts); the worker is
 * a Node program that speaks the same few messages itself.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { builtFile } from './package-root';
import { cannotStart } from './refusals';
import type { PartMessage, ProgramSpec, RunTimeMessage } from './part-messages';

const LOG_TAIL_LINES = 20;

export interface Part {
  /** As people read it, such as `PostgreSQL`. */
  readonly name: string;
  /** Of the outside program itself, not of its guard. */
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the part has ended, asked or not, with a sentence that says how. */
  readonly ended: Promise<string>;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

export async function startProgram(name: string, spec: ProgramSpec): Promise<Part> {
  return startPart(name, builtFile('dev/guard.js'), {
    args: [JSON.stringify(spec)],
    logFile: spec.logFile,
    startedBy: 'spawned',
    stopSignal: spec.stopSignal,
  });
}

/** A Node program of ours that sends `ready` once it works. */
export async function startModule(
  name: string,
  file: string,
  options: {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly logFile: string;
  },
): Promise<Part> {
  return startPart(name, builtFile(file), {
    args: [],
    ...options,
    startedBy: 'ready',
    stopSignal: 'SIGTERM',
  });
}

interface StartOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** The message after which the part counts as started. */
  readonly startedBy: 'spawned' | 'ready';
  readonly stopSignal: NodeJS.Signals;
}

async function startPart(name: string, file: string, options: StartOptions): Promise<Part> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  const child = fork(file, [...options.args], {
    // A group of its own: Ctrl-C in the terminal must reach the run-time only.
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...process.env, ...options.env },
    execArgv: [],
  });
  closeSync(log);
  let pid = child.pid ?? 0;
  let saidEnd: string | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(saidEnd ?? describeEnd(code, signal)));
    child.once('error', (error) => resolve(error.message));
  });
  const started = new Promise<void>((resolve) => {
    child.on('message', (message: PartMessage) => {
      if (message.kind === 'spawned') pid = message.pid;
      if (message.kind === 'failed') saidEnd = message.reason;
      if (message.kind === 'ended') saidEnd = describeEnd(message.code, message.signal);
      if (message.kind === options.startedBy) resolve();
    });
  });
  const end = await Promise.race([started, ended]);
  if (end !== undefined) throw cannotStart(describeFailure(name, end, options.logFile));
  // A guard that was killed cannot stop its program any more, so that is done from here.
  void ended.then(() => {
    if (saidEnd === undefined && pid !== child.pid) signalQuietly(pid, options.stopSignal);
  });
  return {
    name,
    pid,
    logFile: options.logFile,
    ended,
    async stop() {
      send(child, { kind: 'stop' });
      await ended;
    },
    kill() {
      signalQuietly(pid, 'SIGKILL');
      child.kill('SIGKILL');
    },
  };
}

/** The sentence for people when a part ended on its own: which, how, and the end of its log. */
export function describeFailure(name: string, end: string, logFile: string): string {
  const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES);
  return [`${name} ended: ${end}. The end of ${logFile}:`, ...tail].join('\n  ');
}

export function logFileIn(folder: string, name: string): string {
  return join(folder, 'logs', `${name}.log`);
}

function describeEnd(code: number | null, signal: string | null): string {
  return signal ? `by signal ${signal}` : `with exit code ${String(code)}`;
}

function send(child: ChildProcess, message: RunTimeMessage): void {
  if (child.connected) child.send(message, () => undefined);
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already, which is what is wanted.
  }
}
