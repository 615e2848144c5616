/**
 * Promise: a forecast agrees with the ledger. Whatever an account holds, and whatever ticks come, playing them
 * through on the real books with the clock moved gives the same amounts at the same moments, and the first
 * refusal where the forecast said.
 */
import fc from 'fast-check';
import { forecast, type CostedTick } from '../../../core/pricing/forecast';
import { call, DAY_MS, NOON, openBooks, type Books } from './books';

const RUNS = 120;
const HOUR_MS = 3_600_000;
const HORIZON_DAYS = 12;

let books: Books;
beforeAll(async () => (books = await openBooks({ lanes: 1 })));
afterAll(() => books.close());

const grant = fc.record({
  amount: fc.integer({ min: 1, max: 40 }),
  /** On the hour, so that it meets midnights and ticks. */
  hours: fc.option(fc.integer({ min: 1, max: 24 * HORIZON_DAYS })),
  priority: fc.integer({ min: -1, max: 1 }),
});
const tick = fc.record({
  hours: fc.integer({ min: 0, max: 24 * HORIZON_DAYS }),
  cost: fc.integer({ min: 0, max: 12 }),
});

test('it agrees with the books, tick by tick and midnight by midnight', async () => {
  let round = 0;
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(grant, { maxLength: 6 }),
      fc.array(tick, { maxLength: 25 }),
      fc.integer({ min: 0, max: 10 }),
      async (drip, grants, planned, running) => {
        const account = `forecast-${(round += 1)}`;
        books.moveTo(NOON);
        await fill(account, drip, grants, running);
        const until = new Date(NOON.getTime() + HORIZON_DAYS * DAY_MS);
        const ticks = planned.map(({ hours, cost }, place): CostedTick => ({
          schedule: `schedule-${place}`,
          at: new Date(NOON.getTime() + hours * HOUR_MS),
          cost: BigInt(cost) * 1_000_000n,
        }));
        const said = forecast(await books.ledger.readSupply(account), ticks, until);

        const last = await replay(account, said.steps);
        if (!said.runsOut) {
          expect(said.steps.filter(({ kind }) => kind === 'tick')).toHaveLength(ticks.length);
          books.moveTo(until);
          expect((await books.ledger.readAccount(account)).available).toBe(last ?? said.available);
          return;
        }
        refusals += 1;
        books.moveTo(said.runsOut.at);
        const answer = await books.ledger.reserve(inCredits(account, said.runsOut.needed));
        expect(answer).toMatchObject({
          kind: 'insufficient',
          available: said.runsOut.available,
        });
      },
    ),
    { numRuns: RUNS },
  );
  expect(refusals).toBeGreaterThan(0);
}, 240_000);

async function fill(
  account: string,
  drip: boolean,
  grants: readonly { amount: number; hours: number | null; priority: number }[],
  running: number,
): Promise<void> {
  await books.ledger.openAccount(account, { drip });
  for (const [place, { amount, hours, priority }] of grants.entries()) {
    const expiresAt =
      hours === null ? {} : { expiresAt: new Date(NOON.getTime() + hours * HOUR_MS) };
    await books.ledger.grant({
      account,
      key: `grant-${place}`,
      source: 'operator',
      amount: BigInt(amount) * 1_000_000n,
      priority,
      ...expiresAt,
    });
  }
  // A block that runs all the time: what it has set aside counts as held.
  await books.ledger.reserve(call(account, String(running), { deadlineMs: 100 * DAY_MS }));
}

/** Plays every step on the books, and compares what is available after it. */
async function replay(
  account: string,
  steps: ReturnType<typeof forecast>['steps'],
): Promise<bigint | undefined> {
  for (const [place, { at, kind, amount, available }] of steps.entries()) {
    books.moveTo(at);
    if (kind === 'tick') {
      const request = inCredits(account, -amount);
      expect(await books.ledger.reserve(request)).toMatchObject({ kind: 'reserved' });
      await books.ledger.settle({ ...request, overrun: 'draw' });
    }
    // The books are compared once a moment is over: a tick at midnight comes after the drip.
    if (steps[place + 1]?.at.getTime() === at.getTime()) continue;
    expect((await books.ledger.readAccount(account)).available).toBe(available);
  }
  return steps.at(-1)?.available;
}

const inCredits = (account: string, amount: bigint) => ({ ...call(account, '0'), amount });
