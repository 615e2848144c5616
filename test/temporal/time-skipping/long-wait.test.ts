/**
 * The promise: a run that waits for 30 days goes on at the same block, has paid what it had finished once,
 * and has cost no worker's slot meanwhile. One that may only wait for 20 days has ended by then.
 */
import type { Duration } from '@temporalio/common';
import { readInsufficientCredits, readRunCredits } from '../../../client';
import { eventually } from '../../support/eventually';
import { startTimeSkipping, type TimeSkippingServer } from '../../support/time-skipping';
import { openHouse, type GatedHouse } from '../support/gated-house';
import { topUp, whenOver, work } from '../support/lines';

const DAY_MS = 24 * 60 * 60 * 1_000;

let time: TimeSkippingServer;
let house: GatedHouse;
beforeAll(async () => {
  time = await startTimeSkipping();
  house = await openHouse(time.address);
});
afterAll(async () => {
  await house.close();
  await time.close();
});

it('goes on after 30 days where it was, or has ended at its deadline', async () => {
  const worker = await house.startWorker();
  const tollgate = await house.startTollgate();
  const patient = await startWaiting('60 days');
  const hasty = await startWaiting('20 days');
  const before = await time.now();
  await time.sleep('30 days');
  expect(Number(await time.now()) - Number(before)).toBeGreaterThanOrEqual(30 * DAY_MS);

  const failure = await hasty.handle.result().catch((error: unknown) => error);
  expect(readInsufficientCredits(failure)?.waited).toBeDefined();
  // The end of that one, or a look at the other, may still be under way.
  await eventually(() => {
    const { numInFlightActivities, numInFlightWorkflowActivations } = worker.worker.getStatus();
    return numInFlightActivities + numInFlightWorkflowActivations === 0;
  });
  expect((await readRunCredits(patient.handle)).waiting).toBeDefined();

  await topUp(house, patient.account, '5');
  expect(await patient.handle.result()).toEqual(['before', 'refused', 'after']);
  const charges = await house.charges(patient.account);
  expect(charges.map(({ charged }) => charged)).toEqual([3_000_000n, 3_000_000n, 3_000_000n]);
  await whenOver(house, patient.account);
  await Promise.all([worker.stop(), tollgate.stop()]);
});

/** A run that has paid one block and waits for the next. */
async function startWaiting(deadline: Duration) {
  const account = await house.fund('4');
  const steps = [work('before'), work('refused'), work('after')];
  const handle = await house.start(account, steps, {
    tollgate: { account, outOfCredits: { policy: 'wait', deadline } },
  });
  await eventually(async () => (await readRunCredits(handle)).waiting);
  return { account, handle };
}
