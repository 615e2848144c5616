/** Promise: `tollgate worker` serves the agents it is given, and drains when it is told to stop. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { readTestTemporalAddress } from '../../support/environment';
import { eventually } from '../../support/eventually';
import { uniqueTaskQueue } from '../../support/temporal';

const PROGRAM = join(__dirname, '../../../dist/cli/main.js');
/** It bundles the workflows first. */
const READY_DEADLINE_MS = 60_000;

let database: TestDatabase;
let worker: ChildProcess | undefined;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  worker?.kill('SIGKILL');
  await database.drop();
});

it('says when it is ready, and ends with status 0 after SIGTERM', async () => {
  const taskQueue = uniqueTaskQueue('cli-worker');
  worker = spawn(process.execPath, [PROGRAM, 'worker', '--task-queue', taskQueue], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: readTestTemporalAddress(),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const records = collectRecords(worker);
  const ready = await eventually(() => records.find(({ msg }) => msg === 'worker ready'), {
    what: 'the worker to be ready',
    deadlineMs: READY_DEADLINE_MS,
  });
  expect(ready).toMatchObject({ taskQueue });
  const ended = new Promise((resolve) => worker?.once('exit', resolve));
  worker.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(records.at(-1)).toMatchObject({ msg: 'worker drained' });
});

interface LogRecord {
  readonly msg: string;
  readonly taskQueue?: string;
}

/** Grows as the worker writes its log, one JSON object a line. */
function collectRecords(child: ChildProcess): readonly LogRecord[] {
  const records: LogRecord[] = [];
  let rest = '';
  child.stdout?.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    records.push(...lines.map((line) => JSON.parse(line) as LogRecord));
  });
  return records;
}
