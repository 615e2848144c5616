/**
 * The promise: a priced block runs as a local activity only under a key of the author's own, since
 * Temporal renumbers local activities; with a key it is charged once like any other.
 */
import { openHouse, type GatedHouse } from './support/gated-house';
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

it('is refused without a key', async () => {
  const account = await house.fund('10');
  const run = house.execute(account, [{ local: 'work', input: { label: 'unkeyed' } }]);
  await expect(run).rejects.toMatchObject({
    cause: { type: 'LOCAL_ACTIVITY_UNKEYED', nonRetryable: true },
  });
  expect(house.work.runs('unkeyed')).toBe(0);
});

it('is charged once under a key, over retries of any length', async () => {
  const account = await house.fund('10');
  let attempts = 0;
  house.work.when('keyed', () => {
    if (++attempts < 4) throw new Error('not yet');
    return 'done';
  });
  const results = await house.execute(account, [
    {
      local: 'work',
      key: 'title',
      input: { label: 'keyed' },
      // Longer than the threshold: Temporal schedules these attempts as activities of another number.
      options: { retry: { initialInterval: '50ms' }, localRetryThreshold: '10ms' },
    },
  ]);
  expect(results).toEqual(['done']);
  expect(attempts).toBe(4);
  expect(await house.charges(account)).toMatchObject([{ nth: 0, charged: 3_000_000n }]);
});

it('charges two keys twice, and one key once', async () => {
  const account = await house.fund('10');
  const keyed = (key: string) => ({ local: 'work', key, input: { label: 'keys' } });
  await house.execute(account, [keyed('a'), keyed('b'), keyed('a')]);
  expect(house.work.runs('keys')).toBe(3);
  expect(await house.charges(account)).toHaveLength(2);
});

it('takes a key for a regular call as well', async () => {
  const account = await house.fund('10');
  const keyed = { call: 'work', input: { label: 'regular' }, options: { tollgate: { key: 'k' } } };
  await house.execute(account, [keyed, keyed, { call: 'work', input: { label: 'regular' } }]);
  expect((await house.charges(account)).map(({ nth }) => nth)).toEqual([0, 1]);
});
