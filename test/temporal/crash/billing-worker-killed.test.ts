/**
 * The promise: kill the worker that keeps subscriptions at every point where it writes anything, in every
 * flow, and the account ends each flow as it does undisturbed: the same books, the same charges at Stripe.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endPrograms, startProgram, type Program } from '../../support/program';
import { openBillingHouse, type BillingHouse } from '../support/billing-house';
import { loadImpatientBundle } from '../support/workflow-bundle';
import { FLOWS, liveUndisturbed, stateOf, type Lived } from './billing-flows';
import { writeClock } from './programs/clock-file';
import type { BillingWorkerArgument } from './programs/billing-worker';
import { beginList, readList } from './programs/once';

// Each kill costs a new process its start, and a machine may be busy.
jest.setTimeout(600_000);

const folder = mkdtempSync(join(tmpdir(), 'tollgate-billing-killed-'));
const clockFile = join(folder, 'clock');
const pointsFile = join(folder, 'points');

let undisturbed: Record<string, object>;
let house: BillingHouse;
let lived: Lived;
let deaths = 0;
let open = true;
let keeping: Promise<void>;

beforeAll(async () => {
  undisturbed = await liveUndisturbed();
  house = await openBillingHouse();
  await house.stopWorkers();
  await loadImpatientBundle();
  const account = await house.openAccount();
  writeClock(clockFile, house.now());
  beginList(pointsFile);
  lived = {
    house,
    account,
    url: '',
    async advance(seconds) {
      writeClock(clockFile, house.now() + seconds);
      await account.advance(seconds);
    },
  };
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

it.each(FLOWS)('%s: the same end', async (name, live) => {
  await live(lived);
  expect(await stateOf(lived)).toEqual(undisturbed[name]);
});

it('was killed around every write', () => {
  const points = readList(pointsFile);
  expect(points.length).toBeGreaterThanOrEqual(16);
  expect(deaths).toBe(points.length);
});
