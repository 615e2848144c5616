/**
 * The promise: an activity that is no block is gated as soon as a price book names it, and a price that
 * changes in the middle of a run changes later calls only.
 */
import type { PriceBook } from '../../core/contract/price';
import { currentMeter, byOption, fixed, metered } from '../../index';
import { openHouse, type GatedHouse } from './support/gated-house';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';

let house: GatedHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const RETRY = { initialInterval: 100, backoffCoefficient: 1, maximumAttempts: 100 };
const PAST = '2020-01-01T00:00:00Z';
const book: PriceBook = {
  version: 'activities-1',
  effectiveAt: PAST,
  prices: {
    translate: byOption('1.tone', { plain: '1', formal: '2' }),
    fetchPage: metered({ rates: { kb: '0.25' }, reserve: { units: { kb: 8 } } }),
  },
};

const activities = {
  translate: (text: string, _options: { tone: string }) => Promise.resolve(text.toUpperCase()),
  fetchPage: () => {
    currentMeter().add('kb', 4);
    return Promise.resolve('page');
  },
  unpriced: () => Promise.resolve('free of the gate'),
  bytes: () => Promise.resolve(new Uint8Array([1, 2, 255])),
};

it('is charged by the book: by any argument, and by what it meters', async () => {
  const worker = await house.startWorker({ activities, gate: { priceBooks: [book] } });
  const account = await house.fund('10');
  const results = await house.execute(account, [
    { call: 'translate', args: ['hello', { tone: 'formal' }] },
    { call: 'fetchPage' },
    { call: 'unpriced' },
  ]);
  expect(results).toEqual(['HELLO', 'page', 'free of the gate']);
  expect(await house.charges(account)).toMatchObject([
    { block: 'translate', charged: 2_000_000n, priceVersion: 'activities-1' },
    { block: 'fetchPage', charged: 1_000_000n, usage: { kb: 4 } },
  ]);
  await worker.stop();
});

it('returns bytes as bytes', async () => {
  const prices = { bytes: fixed('1') };
  const priceBooks = [{ version: 'bytes', effectiveAt: PAST, prices }];
  const worker = await house.startWorker({ activities, gate: { priceBooks } });
  const account = await house.fund('10');
  const handle = await house.start(account, [{ call: 'bytes' }]);
  await handle.result();
  const { events } = await handle.fetchHistory();
  const [payload] = (events ?? []).flatMap(
    ({ activityTaskCompletedEventAttributes: done }) => done?.result?.payloads ?? [],
  );
  expect(Buffer.from(payload?.metadata?.['encoding'] ?? []).toString()).toBe('binary/plain');
  expect([...(payload?.data ?? [])]).toEqual([1, 2, 255]);
  expect(await house.charges(account)).toHaveLength(1);
  await worker.stop();
});

it('may be refused when it has no price', async () => {
  const worker = await house.startWorker({ activities, gate: { unpriced: 'refuse' } });
  const account = await house.fund('10');
  await expect(house.execute(account, [{ call: 'unpriced' }])).rejects.toMatchObject({
    cause: { cause: { type: 'PRICE_UNKNOWN' } },
  });
  await worker.stop();
});

it('refuses an option without a price, and an input that is not valid, before it reserves', async () => {
  const worker = await house.startWorker();
  const account = await house.fund('10');
  const call = (input: unknown) => house.execute(account, [{ call: 'model_work', input }]);
  await expect(call({ model: 'huge' })).rejects.toMatchObject({
    cause: { cause: { type: 'PRICE_OPTION_UNKNOWN' } },
  });
  await expect(call({ model: 7 })).rejects.toMatchObject({
    cause: { cause: { type: 'INPUT_INVALID' } },
  });
  expect((await house.ledger.readAccount(account)).entries).toBe(1n);
  await worker.stop();
});

it('pins the price that held when the call was first made', async () => {
  const account = await house.fund('20');
  let failed = 0;
  house.work.when('pinned', () => {
    // Fails for as long as the first worker runs; only the second one knows the dearer price.
    if (first) {
      failed += 1;
      throw new Error('not yet');
    }
    return 'done';
  });
  let first: TestWorker | undefined = await house.startWorker();
  const pinned = { call: 'work', input: { label: 'pinned' }, options: { retry: RETRY } };
  const handle = await house.start(account, [pinned, pinned]);
  await eventually(() => failed > 0);
  await first.stop();
  first = undefined;
  const dearer = { version: 'dearer', effectiveAt: PAST, prices: { work: fixed('5') } };
  const second = await house.startWorker({ gate: { priceBooks: [dearer] } });
  await handle.result();
  expect(await house.charges(account)).toMatchObject([
    { charged: 3_000_000n, priceVersion: 'defined' },
    { charged: 5_000_000n, priceVersion: 'dearer' },
  ]);
  await second.stop();
});
