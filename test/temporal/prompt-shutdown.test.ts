/**
 * A worker with the plugin counts as running from the moment it is told to run, so that whoever stops it
 * at once is heard. A worker that missed it would never end.
 */
import { TollgatePlugin } from '../../index';
import { openLedger, type Ledger } from '../../ledger';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { connectTemporal, type TestTemporal, uniqueTaskQueue } from '../support/temporal';
import { Worker } from '@temporalio/worker';

let database: TestDatabase;
let ledger: Ledger;
let temporal: TestTemporal;

beforeAll(async () => {
  database = await createTestDatabase();
  ledger = await openLedger({ connectionString: database.url });
  temporal = await connectTemporal();
});

afterAll(async () => {
  await temporal.close();
  await ledger.close();
  await database.drop();
});

it('ends a worker that is told to stop as soon as it runs', async () => {
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue: uniqueTaskQueue(),
    activities: { idle: () => Promise.resolve() },
    plugins: [new TollgatePlugin({ ledger, reaper: { everyMs: 1_000 } })],
  });
  await worker.runUntil(Promise.resolve());
  expect(worker.getState()).toBe('STOPPED');
});
