/**
 * The promise of the whole thing: a block reserves before it runs and settles after, the author's code
 * gets the bare output, and the history shows the receipt.
 */
import { formatCredits } from '../../index';
import { readRunCredits } from '../../client';
import { openHouse, type GatedHouse } from './support/gated-house';

let house: GatedHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

describe('a gated block', () => {
  it('charges its price and returns its bare output', async () => {
    const worker = await house.startWorker();
    const account = await house.fund('10');
    const handle = await house.start(account, [{ call: 'work', input: { label: 'hello' } }]);
    expect(await handle.result()).toEqual(['hello']);
    const view = await house.ledger.readAccount(account);
    expect(formatCredits(view.balance)).toBe('7');
    expect(view.reserved).toBe(0n);
    const [entry, ...rest] = await house.charges(account);
    expect(rest).toEqual([]);
    expect(entry).toMatchObject({ block: 'work', nth: 1, charged: 3_000_000n });
    expect(await readRunCredits(handle)).toEqual({
      account,
      spent: '3',
      blocks: 1,
      byBlock: { work: { calls: 1, spent: '3' } },
    });
    await worker.stop();
  });
});
