/**
 * Processes that a test starts in order to kill them. A program is a TypeScript file in a `programs`
 * folder; it gets one JSON argument and exchanges messages with the test (in-program.ts). It ends when
 * the test process is gone, and `endPrograms`, called after each test, ends all that are left.
 */
import { fork } from 'node:child_process';
import { eventually } from './eventually';

const COMPILER = require.resolve('./run-typescript.cjs');
const START_DEADLINE_MS = 60_000;
const ERRORS_LENGTH = 4_000;

export interface Message {
  readonly kind: string;
}

export interface Program {
  readonly pid: number;
  /** Resolves with the signal or the exit code that ended it. */
  readonly ended: Promise<string>;
  /** Rejects with what it has printed when it ends although nobody has asked it to. */
  readonly failed: Promise<never>;
  /** The first message of this kind that has not been taken yet. Rejects when the program ends before. */
  receive<Received extends Message>(kind: Received['kind']): Promise<Received>;
  send<Sent extends Message>(message: Sent): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to end in order; resolves when it has. */
  stop(): Promise<void>;
}

const running = new Set<Program>();

export function startProgram(file: string, argument: object): Program {
  const child = fork(file, [JSON.stringify(argument)], {
    execArgv: ['-r', COMPILER, '--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const received: Message[] = [];
  let errors = '';
  let asked = false;
  let end: string | undefined;
  child.on('message', (message: Message) => received.push(message));
  child.stderr
    ?.setEncoding('utf8')
    .on('data', (chunk: string) => (errors = (errors + chunk).slice(-ERRORS_LENGTH)));
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => {
      end = signal ?? `code ${String(code)}`;
      running.delete(program);
      resolve(end);
    }),
  );
  const failed = ended.then((how) =>
    asked
      ? new Promise<never>(() => undefined)
      : Promise.reject(new Error(`${file} ended with ${how}:\n${errors}`)),
  );
  // Whoever depends on the program gets the rejection.
  failed.catch(() => undefined);
  const program: Program = {
    pid: child.pid ?? 0,
    ended,
    failed,
    async receive<Received extends Message>(kind: Received['kind']) {
      const what = `${kind} from ${file}`;
      const found = await eventually(
        () => {
          const place = received.findIndex((message) => message.kind === kind);
          if (place >= 0) return received.splice(place, 1)[0];
          return end === undefined ? undefined : { ended: end };
        },
        { what, deadlineMs: START_DEADLINE_MS },
      );
      if ('ended' in found) throw new Error(`No ${what}; it ended with ${end}:\n${errors}`);
      return found as Received; // The kind tells what it is.
    },
    send: (message) => void (child.connected && child.send(message)),
    async kill() {
      asked = true;
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      asked = true;
      program.send({ kind: 'stop' });
      await ended;
    },
  };
  running.add(program);
  return program;
}

/** Call it in `afterEach` or `afterAll`. */
export async function endPrograms(): Promise<void> {
  await Promise.all([...running].map((program) => program.kill()));
}
