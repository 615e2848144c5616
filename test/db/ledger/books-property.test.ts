/**
 * Whatever is done, in whatever order, alone or many at once: every invariant of the doctor holds after
 * every step, and the ledger agrees with a model of plain arithmetic about what may and may not be done.
 */
import fc from 'fast-check';
import type { ReserveRequest } from '../../../core/contract/reservation';
import {
  call,
  DAY_MS,
  expectCleanBooks,
  NOON,
  openBooks,
  releaseOf,
  settleOf,
  under,
  type Books,
} from './books';

const RUNS = 25;
const MAX_STEPS = 25;

type Step =
  | {
      readonly do: 'grant';
      readonly amount: number;
      readonly days: number | null;
      readonly priority: number;
    }
  | { readonly do: 'reserve'; readonly amounts: readonly number[] }
  | {
      readonly do: 'settle';
      readonly which: number;
      readonly percent: number;
      readonly overrun: 'draw' | 'cap';
    }
  /** A run that sets its whole cost aside; or one more call of it. */
  | { readonly do: 'guarantee'; readonly whole: number; readonly amount: number }
  | { readonly do: 'draw'; readonly which: number; readonly amount: number }
  | { readonly do: 'close-all'; readonly percent: number }
  | { readonly do: 'release' | 'revoke' | 'again' | 'grow' | 'end'; readonly which: number }
  | { readonly do: 'wait'; readonly hours: number };

const amount = fc.integer({ min: 0, max: 40 });
const which = fc.nat(30);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('grant' as const),
    amount: fc.integer({ min: 1, max: 40 }),
    days: fc.option(fc.integer({ min: 1, max: 4 })),
    priority: fc.integer({ min: -1, max: 1 }),
  }),
  fc.record({
    do: fc.constant('reserve' as const),
    amounts: fc.array(amount, { minLength: 1, maxLength: 8 }),
  }),
  fc.record({
    do: fc.constant('settle' as const),
    which,
    percent: fc.integer({ min: 0, max: 200 }),
    overrun: fc.constantFrom('draw' as const, 'cap' as const),
  }),
  fc.record({
    do: fc.constant('guarantee' as const),
    whole: fc.integer({ min: 1, max: 40 }),
    amount,
  }),
  fc.record({ do: fc.constant('draw' as const), which, amount }),
  fc.record({ do: fc.constant('draw' as const), which, amount }),
  fc.record({ do: fc.constant('close-all' as const), percent: fc.integer({ min: 0, max: 130 }) }),
  fc.record({
    do: fc.constantFrom('release', 'revoke', 'again', 'grow', 'end'),
    which,
  }),
  fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 0, max: 40 }) }),
);

let books: Books;
beforeAll(async () => (books = await openBooks({ lanes: 1 })));
afterAll(() => books.close());

test('the books add up after every step of any sequence', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: MAX_STEPS }),
      fc.boolean(),
      async (steps, drip) => {
        const account = `property-${(round += 1)}`;
        books.moveTo(NOON);
        await books.ledger.openAccount(account, { drip });
        const calls: ReserveRequest[] = [];
        let grants = 0;
        for (const one of steps) {
          await take(one, account, calls, () => (grants += 1));
          await expectCleanBooks(books);
        }
      },
    ),
    { numRuns: RUNS },
  );
}, 240_000);

async function take(
  one: Step,
  account: string,
  calls: ReserveRequest[],
  nextGrant: () => number,
): Promise<void> {
  const { ledger } = books;
  const chosen = 'which' in one && calls.length > 0 ? calls[one.which % calls.length] : undefined;
  switch (one.do) {
    case 'grant': {
      const expiresAt =
        one.days === null ? {} : { expiresAt: new Date(NOON.getTime() + one.days * DAY_MS) };
      const { amount: credits, priority } = one;
      const key = `grant-${nextGrant()}`;
      await ledger.grant({
        account,
        key,
        source: 'operator',
        amount: BigInt(credits) * 1_000_000n,
        priority,
        ...expiresAt,
      });
      return;
    }
    case 'reserve': {
      const requests = one.amounts.map((size) =>
        call(account, String(size), { deadlineMs: DAY_MS }),
      );
      const { available } = await ledger.readAccount(account);
      const answers = await Promise.all(requests.map((request) => ledger.reserve(request)));
      const reserved = answers.reduce(
        (sum, answer) => sum + (answer.kind === 'reserved' ? answer.reserved : 0n),
        0n,
      );
      expect(reserved).toBeLessThanOrEqual(available);
      answers.forEach((answer, place) => {
        const request = requests[place];
        if (!request) return;
        if (answer.kind === 'reserved') calls.push(request);
        else expect(request.amount).toBeGreaterThan(available - reserved);
      });
      return;
    }
    case 'guarantee': {
      const request = under(String(one.whole), call(account, String(one.amount)));
      const { available } = await ledger.readAccount(account);
      const { kind } = await ledger.reserve(request);
      const needed = BigInt(Math.max(one.whole, one.amount)) * 1_000_000n;
      expect(kind).toBe(available >= needed ? 'reserved' : 'insufficient');
      if (kind === 'reserved') calls.push(request);
      return;
    }
    case 'draw': {
      if (!chosen) return;
      const request = {
        ...chosen,
        call: call(account, '0').call,
        amount: BigInt(one.amount) * 1_000_000n,
      };
      const { available } = await ledger.readAccount(account);
      const held = (await ledger.listReservations({ account, limit: 1_000 })).find(
        (open) => open.run === chosen.run && open.call === 0n,
      );
      const { kind } = await ledger.reserve(request);
      expect(kind).toBe(
        available + (held?.amount ?? 0n) >= request.amount ? 'reserved' : 'insufficient',
      );
      if (kind === 'reserved') calls.push(request);
      return;
    }
    case 'end':
      if (chosen) await ledger.endGuarantee(chosen.run);
      return;
    case 'settle':
      if (chosen) await ledger.settle(settleOf(chosen, part(chosen, one.percent), one.overrun));
      return;
    case 'close-all':
      await Promise.all(
        calls.map((request, place) =>
          place % 5 === 4
            ? ledger.release(releaseOf(request))
            : ledger.settle(settleOf(request, part(request, one.percent))),
        ),
      );
      return;
    case 'release':
      if (chosen) await ledger.release(releaseOf(chosen));
      return;
    case 'again':
      if (chosen) await ledger.reserve(chosen);
      return;
    case 'grow':
      if (chosen) await ledger.grow({ ...chosen, amount: chosen.amount + 3_000_000n });
      return;
    case 'revoke': {
      const grants = await ledger.listGrants(account);
      const grant = grants[one.which % Math.max(grants.length, 1)];
      if (grant)
        await ledger.revoke({
          account,
          key: grant.key,
          ...(one.which % 2 ? { amount: 3_000_000n } : {}),
        });
      return;
    }
    case 'wait':
      books.moveTo(one.hours * 3_600_000);
      await ledger.expireOverdue();
  }
}

function part(request: ReserveRequest, percent: number): string {
  const micro = (request.amount * BigInt(percent)) / 100n;
  return `${micro / 1_000_000n}.${String(micro % 1_000_000n).padStart(6, '0')}`;
}
