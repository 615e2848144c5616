/**
 * The promise: a block that is finished from elsewhere keeps its reservation until it is completed or
 * failed there, and is charged once.
 */
import { CompleteAsyncError } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { blockTicket, completeBlock, failBlock, type BlockTicket } from '../../index';
import { openHouse, whenRunning, type GatedHouse } from './support/gated-house';
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

/** Starts a run whose block takes a ticket, as it would be stored, and leaves. */
async function startAsync(label: string, account: string, call = 'data_work') {
  let stored = '';
  house.work.when(label, ({ meter }) => {
    if (call !== 'model_work') meter.add('kb', 2);
    stored = JSON.stringify(blockTicket());
    throw new CompleteAsyncError();
  });
  const input = { label, model: 'large' };
  const handle = await house.start(account, [{ call, input }]);
  await whenRunning(house, label);
  return { handle, ticket: JSON.parse(stored) as BlockTicket };
}

const completers = () => ({ client: house.client, ledger: house.ledger });
const closings = async (account: string) =>
  (await house.ledger.listEntries(account)).filter(({ kind }) => kind !== 'granted');

describe('a block that is completed from elsewhere', () => {
  it('is charged what it used before and after the ticket', async () => {
    const account = await house.fund('10');
    const { handle, ticket } = await startAsync('completed', account);
    expect((await house.ledger.readAccount(account)).reserved).toBe(6_000_000n);
    await completeBlock(completers(), ticket, { output: 'from afar', usage: { kb: 0.5 } });
    expect(await handle.result()).toEqual(['from afar']);
    expect(await closings(account)).toMatchObject([
      { kind: 'settled', charged: 2_250_000n, usage: { kb: 2.5 } },
    ]);
  });

  it('costs what its option costs, though the ticket does not hold the input', async () => {
    const account = await house.fund('10');
    const { handle, ticket } = await startAsync('by option', account, 'model_work');
    await completeBlock(completers(), ticket);
    expect(await handle.result()).toEqual([null]);
    expect(await closings(account)).toMatchObject([{ kind: 'settled', charged: 4_000_000n }]);
  });

  it('is charged once when it is completed twice', async () => {
    const account = await house.fund('10');
    const { handle, ticket } = await startAsync('twice', account);
    await completeBlock(completers(), ticket, { output: 1 });
    await handle.result();
    await expect(completeBlock(completers(), ticket, { output: 2 })).rejects.toThrow();
    expect(await closings(account)).toHaveLength(1);
  });

  it('is charged once when another attempt returns by itself', async () => {
    const account = await house.fund('10');
    const { handle, ticket } = await startAsync('retried', account);
    house.work.when('retried', () => 'by itself');
    await house.client.activity.fail(Buffer.from(ticket.taskToken, 'base64'), new Error('again'));
    expect(await handle.result()).toEqual(['by itself']);
    expect(await closings(account)).toMatchObject([{ kind: 'settled', charged: 1_000_000n }]);
  });
});

describe('a block that is failed from elsewhere', () => {
  it('gives its reservation back', async () => {
    const account = await house.fund('10');
    const { handle, ticket } = await startAsync('failed', account);
    await failBlock(completers(), ticket, ApplicationFailure.nonRetryable('broken'));
    await expect(handle.result()).rejects.toThrow();
    expect(await closings(account)).toMatchObject([{ kind: 'released' }]);
  });

  it('is charged what it used, where it says so', async () => {
    const account = await house.fund('10');
    const { handle, ticket } = await startAsync('charged', account, 'risky_work');
    await failBlock(completers(), ticket, ApplicationFailure.nonRetryable('broken'), { kb: 1 });
    await expect(handle.result()).rejects.toThrow();
    expect(await closings(account)).toMatchObject([{ kind: 'settled', charged: 2_500_000n }]);
  });
});
