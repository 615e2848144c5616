/**
 * The promise: while the ledger is away a block waits instead of running again, and when it stays away
 * Temporal tries later; whatever happens, one charge. The faults are put in front of the real ledger.
 */
import { TollgateError, TollgatePlugin } from '../../index';
import type { Ledger } from '../../ledger';
import { createDoor } from './support/blocks';
import { openHouse, whenIdle, type GatedHouse } from './support/gated-house';
import { startReaper } from '../../plugin/reaper';
import { eventually } from '../support/eventually';

let house: GatedHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

type Operation = 'reserve' | 'settle' | 'release';

/** A ledger that does not answer the first calls of an operation; `lost` ones had been carried out. */
function faulty(ledger: Ledger, operation: Operation, times: number, lost: boolean): Ledger {
  let left = times;
  const call = ledger[operation].bind(ledger) as (request: never) => Promise<unknown>;
  return {
    ...ledger,
    async [operation](request: never) {
      if (left-- <= 0) return call(request);
      if (lost) await call(request);
      throw new TollgateError('LEDGER_UNAVAILABLE');
    },
  };
}

async function runWith(ledger: Ledger, label: string) {
  const plugin = new TollgatePlugin({ ledger, blocks: house.work.blocks, reaper: false });
  const worker = await house.startWorker({ plugins: [plugin] });
  const account = await house.fund('3');
  const result = house.execute(account, [{ call: 'work', input: { label } }]);
  await result.catch(() => undefined);
  await worker.stop();
  return { account, result };
}

describe.each([
  ['before it was carried out', false],
  ['after it was carried out', true],
] as const)('a ledger that goes away %s', (when, lost) => {
  it.each(['reserve', 'settle'] as const)(
    'during a %s: the block runs and is charged once',
    async (operation) => {
      const label = `${operation} ${when}`;
      const { account, result } = await runWith(faulty(house.ledger, operation, 3, lost), label);
      expect(await result).toEqual([label]);
      expect(house.work.runs(label)).toBe(1);
      expect(await house.charges(account)).toHaveLength(1);
    },
  );

  it('during a release: the block still fails for its own reason', async () => {
    const label = `release ${when}`;
    house.work.when(label, () => {
      throw Object.assign(new Error('its own'), { name: 'Own' });
    });
    const { account, result } = await runWith(faulty(house.ledger, 'release', 2, lost), label);
    await expect(result).rejects.toMatchObject({ cause: { cause: { message: 'its own' } } });
    await whenIdle(house.ledger, account);
    expect(await house.charges(account)).toHaveLength(0);
  });
});

describe('the reaper', () => {
  it('goes on after a fault, and stops when it is told', async () => {
    const errors: unknown[] = [];
    let looks = 0;
    const reaper = startReaper(
      {
        expireOverdue: () => {
          looks += 1;
          return looks === 1 ? Promise.reject(new Error('away')) : Promise.resolve(0);
        },
      },
      { everyMs: 5 },
      (error) => errors.push(error),
    );
    await eventually(() => looks >= 3);
    await reaper.stop();
    const after = looks;
    await new Promise((resolve) => setImmediate(resolve));
    expect(looks).toBe(after);
    expect(errors).toMatchObject([{ message: 'away' }]);
  });

  it('of a worker expires what nobody has closed', async () => {
    const account = await house.fund('3');
    const worker = await house.startWorker({ gate: { slackMs: 0, reaper: { everyMs: 50 } } });
    const door = createDoor();
    house.work.when('hangs', () => door.opened);
    const options = { startToCloseTimeout: '300ms', retry: { maximumAttempts: 1 } } as const;
    const run = house.execute(account, [{ call: 'work', input: { label: 'hangs' }, options }]);
    await expect(run).rejects.toThrow();
    await whenIdle(house.ledger, account);
    const [last] = await house.ledger.listEntries(account);
    expect(last).toMatchObject({ kind: 'lapsed', returned: 3_000_000n });
    door.open();
    await worker.stop();
  });
});
