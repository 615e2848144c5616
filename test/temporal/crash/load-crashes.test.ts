/**
 * The promise: whatever is killed under load (a worker, PostgreSQL, both at once, Temporal) and comes
 * back, every run finishes, every block is charged exactly once, nothing stays set aside, and every
 * answer that the ledger had given is in the books.
 */
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { readTestTemporalAddress } from '../../support/environment';
import { migrate } from '../../../ledger';
import { startPrivateService, type PrivateService } from '../../support/private-service';
import { endPrograms } from '../../support/program';
import { openLoad, type Load } from './load';

/** Charges between two crashes. */
const STRETCH = 50;

let load: Load | undefined;
let service: PrivateService | undefined;
let database: TestDatabase | undefined;

afterEach(async () => {
  await load?.close();
  await service?.close();
  await endPrograms();
  await database?.drop();
  load = service = database = undefined;
});

it('loses no charge to workers that are killed', async () => {
  database = await createTestDatabase();
  load = await openLoad({
    databaseUrl: database.url,
    temporalAddress: readTestTemporalAddress(),
  });
  const workers = [await load.startWorker(), await load.startWorker()];
  load.begin();
  for (let kill = 0; kill < 3; kill += 1) {
    await load.moreCharges(STRETCH);
    const [next] = await Promise.all([load.startWorker(), workers.shift()?.kill()]);
    workers.push(next);
  }
  await load.moreCharges(STRETCH);
  await load.finish();
});

it('loses no charge to PostgreSQL being killed', async () => {
  service = await startPrivateService('postgres');
  await migrate(service.address);
  load = await openLoad({
    databaseUrl: service.address,
    temporalAddress: readTestTemporalAddress(),
  });
  await load.startWorker();
  load.begin();
  for (let crash = 0; crash < 2; crash += 1) {
    await load.moreCharges(STRETCH);
    await service.crashAndRestart();
  }
  await load.moreCharges(STRETCH);
  await load.finish();
});

it('loses no charge to PostgreSQL and a worker being killed together', async () => {
  service = await startPrivateService('postgres');
  await migrate(service.address);
  load = await openLoad({
    databaseUrl: service.address,
    temporalAddress: readTestTemporalAddress(),
  });
  const worker = await load.startWorker();
  load.begin();
  await load.moreCharges(STRETCH);
  await Promise.all([service.crash(), worker.kill()]);
  await service.restart();
  await load.startWorker();
  await load.moreCharges(STRETCH);
  await load.finish();
});

it('loses no charge to Temporal being killed', async () => {
  service = await startPrivateService('temporal');
  database = await createTestDatabase();
  load = await openLoad({ databaseUrl: database.url, temporalAddress: service.address });
  await load.startWorker();
  load.begin();
  for (let crash = 0; crash < 2; crash += 1) {
    await load.moreCharges(STRETCH);
    await service.crashAndRestart();
  }
  await load.moreCharges(STRETCH);
  await load.finish();
});

it('charges no block again whose completion was lost with Temporal and the worker', async () => {
  service = await startPrivateService('temporal');
  database = await createTestDatabase();
  load = await openLoad({ databaseUrl: database.url, temporalAddress: service.address });
  const worker = await load.startWorker();
  load.begin();
  await load.moreCharges(STRETCH);
  await service.crash();
  await load.whenSettled();
  await worker.kill();
  await service.restart();
  await load.startWorker();
  await load.moreCharges(STRETCH);
  await load.finish();
});
