/**
 * The promise: of N blocks that several runs call at once, on workers in several processes, exactly as
 * many run as the account has credits for; the others are refused, and nothing stays set aside.
 */
import { credits } from '../../../index';
import { endPrograms, startProgram } from '../../support/program';
import { openHouse, whenIdle, type GatedHouse } from '../support/gated-house';
import { loadWorkflowBundle } from '../support/workflow-bundle';
import type { Step } from '../workflows/plan';
import type { WorkerArgument } from './programs/worker';

const WORKERS = 2;
const RUNS = 4;
/** What one call of `work` costs. */
const PRICE = 3;

let house: GatedHouse;
beforeAll(async () => {
  house = await openHouse();
  await loadWorkflowBundle();
  const argument: WorkerArgument = {
    temporalAddress: house.temporal.address,
    databaseUrl: house.database.url,
    taskQueue: house.taskQueue,
  };
  const workers = Array.from({ length: WORKERS }, () =>
    startProgram(require.resolve('./programs/worker'), argument),
  );
  await Promise.all(workers.map((worker) => worker.receive('ready')));
});
afterAll(async () => {
  await endPrograms();
  await house.close();
});

it.each([
  [8, 0],
  [8, 1],
  [24, 11],
  [60, 59],
  [40, 40],
])('of %i calls on credits for %i, exactly as many run', async (calls, affordable) => {
  // What is left over is too little for one more.
  const account = await house.fund(String(affordable * PRICE + PRICE - 1));
  const call: Step = { call: 'work', input: { label: 'ran' }, catchRefusal: true };
  const steps: Step[] = [{ parallel: Array.from({ length: calls / RUNS }, () => call) }];
  const results = await Promise.all(
    Array.from({ length: RUNS }, () => house.execute(account, steps)),
  );

  const outcomes = results.flat(2);
  expect(outcomes.filter((outcome) => outcome === 'ran')).toHaveLength(affordable);
  const refused = outcomes.filter((outcome) => outcome !== 'ran');
  expect(refused).toHaveLength(calls - affordable);
  for (const refusal of refused) expect(refusal).toMatchObject({ account, needed: String(PRICE) });
  expect(await house.charges(account)).toHaveLength(affordable);
  expect((await whenIdle(house.ledger, account)).balance).toBe(credits(String(PRICE - 1)));
});
