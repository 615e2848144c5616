/**
 * The promise: what an operator does to a running activity (pause, unpause, reset) keeps its
 * reservation for the attempt that follows, and it is charged once.
 */
import { createDoor, waitHeartbeating } from './support/blocks';
import { openHouse, whenRunning, type GatedHouse } from './support/gated-house';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';

let house: GatedHouse;
let worker: TestWorker;
beforeAll(async () => {
  house = await openHouse();
  worker = await house.startWorker();
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

const options = { startToCloseTimeout: '20s', heartbeatTimeout: '1s' } as const;
const closings = async (account: string) =>
  (await house.ledger.listEntries(account)).filter(({ kind }) => kind !== 'granted');

async function startBeating(label: string) {
  const account = await house.fund('3');
  const door = createDoor();
  let hung = 0;
  house.work.when(label, (context) => {
    hung += 1;
    return waitHeartbeating(context, door).finally(() => (hung -= 1));
  });
  const handle = await house.start(account, [{ call: 'work', input: { label }, options }]);
  await whenRunning(house, label);
  const { workflowId } = handle;
  const target = {
    namespace: house.client.options.namespace,
    execution: { workflowId },
    id: '1',
    identity: 'an operator',
  };
  return { account, door, handle, target, left: () => eventually(() => hung === 0) };
}

it('pausing keeps the reservation, and unpausing goes on under it', async () => {
  const { account, door, handle, target, left } = await startBeating('paused');
  await house.client.workflowService.pauseActivity({ ...target, reason: 'test' });
  await left();
  expect((await house.ledger.readAccount(account)).reserved).toBe(3_000_000n);
  expect(await closings(account)).toEqual([]);
  await house.client.workflowService.unpauseActivity(target);
  await whenRunning(house, 'paused', 2);
  door.open();
  await handle.result();
  expect(await closings(account)).toMatchObject([{ kind: 'settled', nth: 1 }]);
});

it('resetting, which counts attempts from one again, charges once', async () => {
  const { account, door, handle, target, left } = await startBeating('reset');
  await house.client.workflowService.resetActivity(target);
  await left();
  await whenRunning(house, 'reset', 2);
  expect((await house.ledger.readAccount(account)).reserved).toBe(3_000_000n);
  door.open();
  await handle.result();
  expect(await closings(account)).toMatchObject([{ kind: 'settled', nth: 1 }]);
});
