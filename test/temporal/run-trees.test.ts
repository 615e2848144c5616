/**
 * Random trees of parent, child and parallel blocks, several at once on one account: every promise of
 * support/run-trees.ts holds of them, and the books add up.
 */
import fc from 'fast-check';
import { credits } from '../../index';
import type { TestWorker } from '../support/temporal';
import { openHouse, type GatedHouse } from './support/gated-house';
import { behaveAsTrees, checkTree, runTree, trees, whenAtRest } from './support/run-trees';

const ROUNDS = 14;

let house: GatedHouse;
let worker: TestWorker;
beforeAll(async () => {
  house = await openHouse();
  behaveAsTrees(house.work);
  worker = await house.startWorker({ gate: { reaper: { everyMs: 50, askEveryMs: 100 } } });
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

it('keeps every promise of the books, of budgets and of guarantees', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(trees, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 5, max: 70 }),
      fc.option(fc.integer({ min: 5, max: 60 })),
      async (roots, funds, daily) => {
        const account = await house.fund(String(funds));
        if (daily !== null)
          await house.ledger.setBudget({
            account,
            kind: 'account',
            period: 'day',
            cap: credits(daily),
          });
        const ends = await Promise.all(
          roots.map(async (run) => ({ run, ...(await runTree(house, account, run)) })),
        );
        await whenAtRest(house, account, credits(funds));
        for (const { run, ...end } of ends) await checkTree(house, run, end);
        const { checks } = await house.ledger.doctor();
        expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      },
    ),
    { numRuns: ROUNDS, endOnFailure: true },
  );
}, 180_000);
