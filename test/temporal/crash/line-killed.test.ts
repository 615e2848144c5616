/**
 * The promise: kill Tollgate's own worker at any point of waking a line, and Temporal with it, and the same
 * runs go on as if nothing had happened, in the same order, each charged once; the rest still waits.
 */
import { eventually } from '../../support/eventually';
import { startPrivateService, type PrivateService } from '../../support/private-service';
import { endPrograms, startProgram } from '../../support/program';
import type { TestWorker } from '../../support/temporal';
import { openHouse, type GatedHouse } from '../support/gated-house';
import { topUp, whenInLine, whenOver, work } from '../support/lines';
import { loadSystemBundle } from '../support/workflow-bundle';
import type { SystemWorkerArgument, WakePoint } from './programs/system-worker';

const RUNS = 12;
const PAID_FOR = 5;
const DEADLINE_MS = 60_000;
const POINTS: readonly WakePoint[] = [
  'before anybody is told',
  'when some are told',
  'before it is noted',
];

let service: PrivateService;
let house: GatedHouse;
let worker: TestWorker;
beforeAll(async () => {
  service = await startPrivateService('temporal');
  house = await openHouse(service.address);
  worker = await house.startWorker({ gate: { outOfCredits: 'wait' } });
  // Made once here, so that the program finds it made.
  await loadSystemBundle();
});
afterAll(async () => {
  await endPrograms();
  await worker.stop();
  await house.close();
  await service.close();
});

it.each(POINTS)('%s: five of twelve go on, and the rest later', async (point) => {
  const account = await house.fund('1');
  const argument: SystemWorkerArgument = {
    temporalAddress: service.address,
    databaseUrl: house.database.url,
    taskQueue: house.systemTaskQueue,
    point,
  };
  const doomed = startProgram(require.resolve('./programs/system-worker'), argument);
  await doomed.receive('ready');
  const handles = await Promise.all(
    Array.from({ length: RUNS }, () => house.start(account, [work('in line')])),
  );
  const line = await whenInLine(house, account, RUNS);
  await topUp(house, account, String(3 * PAID_FOR));
  expect(await doomed.ended).toBe('SIGKILL');
  await service.crashAndRestart();

  const tollgate = await house.startTollgate();
  const paid = new Set(line.slice(0, PAID_FOR).map(({ workflowId }) => workflowId));
  const ended = async (): Promise<string[]> => {
    const runs = await Promise.all(handles.map((handle) => handle.describe()));
    return runs.filter(({ status }) => status.name === 'COMPLETED').map((run) => run.workflowId);
  };
  await eventually(async () => (await ended()).length >= PAID_FOR, { deadlineMs: DEADLINE_MS });
  expect(new Set(await ended())).toEqual(paid);
  const left = await whenInLine(house, account, RUNS - PAID_FOR);
  expect(left.map(({ place }) => place)).toEqual(line.slice(PAID_FOR).map(({ place }) => place));
  expect(await house.charges(account)).toHaveLength(PAID_FOR);

  await topUp(house, account, String(3 * (RUNS - PAID_FOR)));
  await Promise.all(handles.map((handle) => handle.result()));
  expect(await house.charges(account)).toHaveLength(RUNS);
  await whenOver(house, account);
  await tollgate.stop();
});
