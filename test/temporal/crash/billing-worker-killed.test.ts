/**
 * The promise: kill the worker that keeps subscriptions when it has written anything, whatever the flow, and
 * each account ends each flow as it does undisturbed: one customer, the same books, the same charges at Stripe.
 * With TOLLGATE_TEST_KILLS=all it dies around every write of every flow.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endPrograms, startProgram, type Program } from '../../support/program';
import { openBillingHouse, type BillingHouse } from '../support/billing-house';
import { loadImpatientBundle } from '../support/workflow-bundle';
import { FLOWS } from './billing-flows';
import { beginLife, liveUndisturbed, stateOf } from './billing-state';
import type { Flow, Lived } from './lived';
import { writeClock } from './programs/clock-file';
import type { BillingWorkerArgument } from './programs/billing-worker';
import { beginList, EVERYWHERE, readList } from './programs/once';
import { SECOND_LIFE } from './second-life';

// Each kill costs a new process its start, and a machine may be busy.
jest.setTimeout(600_000);

const folder = mkdtempSync(join(tmpdir(), 'tollgate-billing-killed-'));
const clockFile = join(folder, 'clock');
const pointsFile = join(folder, 'points');

let undisturbed: Record<string, object>;
let house: BillingHouse;
let lived: Lived;
let deaths = 0;
let points = 0;
let open = true;
let keeping: Promise<void>;

beforeAll(async () => {
  undisturbed = await liveUndisturbed();
  house = await openBillingHouse({ impatient: true });
  await house.stopWorkers();
  await loadImpatientBundle();
  writeClock(clockFile, house.now());
  beginList(pointsFile);
  lived = await beginLife(house, (seconds) => writeClock(clockFile, seconds));
  keeping = keepWorker();
});
afterAll(async () => {
  open = false;
  await endPrograms();
  // It was waiting for a worker that has just been ended.
  await keeping.catch(() => undefined);
  await house.close();
  rmSync(folder, { recursive: true });
});

/** The next one stands by, and begins when one is gone. */
async function keepWorker(): Promise<void> {
  const argument: BillingWorkerArgument = {
    temporalAddress: house.temporal.address,
    databaseUrl: house.database.url,
    simulatorUrl: house.simulator.url,
    taskQueue: house.taskQueue,
    clockFile,
    pointsFile,
  };
  const start = (): Program => startProgram(require.resolve('./programs/billing-worker'), argument);
  for (let next = start(); open;) {
    const worker = next;
    await worker.receive('ready');
    worker.send({ kind: 'work' });
    next = start();
    const how = await worker.ended;
    if (how === 'SIGKILL') deaths += 1;
    else if (open) throw new Error(`The worker ended with ${how}`);
  }
}

async function expectSameEnd([name, live]: Flow): Promise<void> {
  const before = readList(pointsFile).length;
  await live(lived);
  expect(await stateOf(lived)).toEqual(undisturbed[name]);
  points += readList(pointsFile).length - before;
}

it.each(FLOWS)('%s: the same end', async (...flow) => {
  if (EVERYWHERE) beginList(pointsFile);
  await expectSameEnd(flow);
});

it.each(SECOND_LIFE)('%s: the same end', async (...flow) => {
  beginList(pointsFile);
  await expectSameEnd(flow);
  expect(readList(pointsFile)).not.toEqual([]);
});

it('was killed after every write', () => {
  expect(points).toBeGreaterThanOrEqual(EVERYWHERE ? 80 : 28);
  expect(deaths).toBe(points);
});
