/**
 * `tollgate dev` leaves nothing behind, however it ends: asked to, through the crash of a part, or killed
 * outright.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { listProcessesOf } from '../support/processes';

const PROGRAM = join(__dirname, '../../dist/cli/main.js');
const START_DEADLINE_MS = 90_000;

let folder: string;
let running: RunningDev | undefined;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tollgate-dev-')));
});

afterEach(async () => {
  running?.process.kill('SIGKILL');
  await eventually(() => listProcessesOf(folder).length === 0, { what: 'the end of all parts' });
  rmSync(folder, { recursive: true, force: true });
});

it('stops every part on Ctrl-C, and lets nobody else start in its folder meanwhile', async () => {
  running = startDev();
  await running.up();
  const second = startDev();
  expect(await second.ended).toBe(1);
  expect(second.errors()).toMatch(/another start in this folder is up/);

  running.process.kill('SIGINT');
  expect(await running.ended).toBe(0);
  expect(listProcessesOf(folder)).toEqual([]);
  expect(existsSync(join(folder, '.tollgate/run-time.json'))).toBe(false);
});

it('says which part has crashed, stops the others and fails', async () => {
  running = startDev();
  await running.up();
  process.kill(running.pidOf('Temporal'), 'SIGKILL');
  expect(await running.ended).toBe(1);
  expect(running.errors()).toMatch(/Temporal ended: by signal SIGKILL/);
  expect(listProcessesOf(folder)).toEqual([]);
});

it('leaves no part behind when it is killed itself', async () => {
  running = startDev();
  await running.up();
  expect(listProcessesOf(folder).length).toBeGreaterThan(3);
  running.process.kill('SIGKILL');
  await running.ended;
  await eventually(() => listProcessesOf(folder).length === 0, { what: 'the end of all parts' });
});

it('leaves no part behind when it is interrupted while it starts', async () => {
  running = startDev();
  await eventually(() => running?.errors().includes('starting Temporal'), {
    deadlineMs: START_DEADLINE_MS,
  });
  running.process.kill('SIGINT');
  expect(await running.ended).toBe(130);
  await eventually(() => listProcessesOf(folder).length === 0, { what: 'the end of all parts' });
});

interface RunningDev {
  readonly process: ChildProcess;
  /** Resolves with the exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
  up(): Promise<unknown>;
  errors(): string;
  pidOf(part: string): number;
}

function startDev(): RunningDev {
  const { DATABASE_URL, TEMPORAL_ADDRESS, ...env } = process.env;
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
