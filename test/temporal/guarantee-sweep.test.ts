/**
 * The promise: what a run that is no more had set aside returns, and what may live is let be: nothing is
 * ended while Temporal does not answer, and no run is taken for another that has its workflow id.
 */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { credits } from '../../index';
import { sweepGuarantees } from '../../plugin/guarantee-sweep';
import { eventually } from '../support/eventually';
import { openHouse, type GatedHouse } from './support/gated-house';
import type { Step } from './workflows/plan';

let house: GatedHouse;
beforeAll(async () => (house = await openHouse()));
afterAll(() => house.close());

const work: Step = { call: 'work', input: { label: 'swept' } }; // 3 credits
const steps: Step[] = [work, { wait: 1 }, work];
const sweep = (client = house.client): Promise<void> => sweepGuarantees(house.ledger, client, 0);

/** Starts a run and kills nothing: its worker is just gone once the guarantee stands. */
async function leaveBehind() {
  const account = await house.fund('10');
  const worker = await house.startWorker();
  const workflowId = `swept-${randomUUID()}`;
  const handle = await house.start(account, steps, {
    workflowId,
    tollgate: { account, guarantee: '10' },
  });
  await eventually(
    async () => (await available(account)) === 0n && (await reserved(account)) === 7n,
  );
  await worker.stop();
  return { account, handle, workflowId };
}

const available = async (account: string): Promise<bigint> =>
  (await house.ledger.readAccount(account)).available;
const reserved = async (account: string): Promise<bigint> =>
  (await house.ledger.readAccount(account)).reserved / 1_000_000n;

it('lets a run be whose workers are all gone, which goes on under its guarantee later', async () => {
  const { account, handle } = await leaveBehind();
  await sweep();
  expect(await reserved(account)).toBe(7n);
  const worker = await house.startWorker();
  await handle.signal('go');
  await handle.result();
  expect(await available(account)).toBe(credits('4'));
  await worker.stop();
});

it('returns what a run held that was terminated while no worker ran', async () => {
  const { account, handle } = await leaveBehind();
  await handle.terminate();
  await sweep();
  expect(await available(account)).toBe(credits('7'));
});

it('does not take a later run under the same workflow id for it', async () => {
  const { account, handle, workflowId } = await leaveBehind();
  await handle.terminate();
  const later = await house.start(account, [{ wait: 1 }], { workflowId });
  await sweep();
  expect(await available(account)).toBe(credits('7'));
  await later.terminate();
});

it('returns what is held by a run that Temporal does not know under that workflow id', async () => {
  const { account, handle } = await leaveBehind();
  const [{ run } = { run: '' }] = await house.ledger.listReservations({ account });
  await house.ledger.extendGuarantee(run, randomUUID());
  await sweep();
  expect(await available(account)).toBe(credits('7'));
  await handle.terminate();
});

it('ends and extends nothing while Temporal does not answer', async () => {
  const { account, handle } = await leaveBehind();
  const [before] = await house.ledger.listReservations({ account });
  const connection = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: '1s' });
  const away = new Client({ connection });
  await expect(connection.withDeadline(Date.now() + 1_000, () => sweep(away))).rejects.toThrow();
  expect(await house.ledger.listReservations({ account })).toEqual([before]);
  await connection.close();
  await handle.terminate();
  await sweep();
  expect(await available(account)).toBe(credits('7'));
});
