/**
 * The promise: Tollgate's own worker runs beside those of the agents, on a task queue of its own, and
 * drains when it is told to.
 */
import { startTollgate } from '../../index';
import { SYSTEM_TASK_QUEUE } from '../../core/contract/system';
import { createLog } from '../../worker/log';
import { runWorker } from '../../worker/run-worker';
import { openHouse, type GatedHouse } from './support/gated-house';
import { uniqueTaskQueue } from '../support/temporal';

let house: GatedHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

it('ends when it is stopped as soon as it runs', async () => {
  const tollgate = await startTollgate({
    connection: house.temporal.nativeConnection,
    ledger: house.ledger,
    taskQueue: uniqueTaskQueue('system'),
  });
  await tollgate.stop();
  await expect(tollgate.ended).resolves.toBeUndefined();
});

it('keeps its task queue to itself', async () => {
  const running = runWorker({
    databaseUrl: house.database.url,
    temporalAddress: house.temporal.address,
    temporalNamespace: 'default',
    taskQueue: SYSTEM_TASK_QUEUE,
    agents: { blocks: [], workflowsPath: '' },
    log: createLog('silent'),
    stop: AbortSignal.abort(),
  });
  await expect(running).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
