/**
 * Caps of a tree of runs, under any sequence of calls, alone or many at once: a call is refused exactly when
 * one of the caps above it has no room, what it costs beyond its reservation is charged as far as they have room,
 * and no cap is ever passed. What counts against a cap is added up here from the ledger's answers alone.
 */
import fc from 'fast-check';
import type { ReserveRequest } from '../../../core/contract/reservation';
import {
  call,
  chargeOf,
  DAY_MS,
  expectCleanBooks,
  fundedAccount,
  openBooks,
  releaseOf,
  settleOf,
  type Books,
} from './books';

const RUNS = Number(process.env['TOLLGATE_TEST_BUDGET_RUNS'] ?? 40);
const MAX_STEPS = 20;
const ONE = 1_000_000n;

type Step =
  | { readonly do: 'reserve'; readonly level: number; readonly amounts: readonly number[] }
  | { readonly do: 'settle'; readonly which: number; readonly cost: number }
  | { readonly do: 'settle-all'; readonly percent: number }
  | { readonly do: 'grow'; readonly which: number; readonly by: number }
  | { readonly do: 'release' | 'lapse'; readonly which: number };

const which = fc.nat(30);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('reserve' as const),
    level: fc.nat(2),
    amounts: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 }),
  }),
  fc.record({ do: fc.constant('settle' as const), which, cost: fc.integer({ min: 0, max: 15 }) }),
  fc.record({
    do: fc.constant('settle-all' as const),
    percent: fc.integer({ min: 0, max: 100 }),
  }),
  fc.record({
    do: fc.constant('grow' as const),
    which,
    by: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ do: fc.constantFrom('release' as const, 'lapse' as const), which }),
);

/** What counts against the caps of a run and its two descendants, as the answers say. */
interface Tree {
  readonly caps: readonly { readonly run: string; readonly cap: bigint }[];
  readonly open: Map<ReserveRequest, bigint>;
  /** Charged so far, by the level of the call. */
  readonly charged: bigint[];
}

let books: Books;
beforeAll(async () => (books = await openBooks({ lanes: 1 })));
afterAll(() => books.close());

test('the caps of a tree of runs hold to the micro-credit in any order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: MAX_STEPS }),
      fc.tuple(fc.integer({ min: 5, max: 60 }), fc.nat(50), fc.nat(40)),
      async (steps, caps) => {
        const account = await fundedAccount(books, '100000');
        const tree: Tree = {
          caps: caps.map((cap) => ({ run: call(account, '0').run, cap: BigInt(cap) * ONE })),
          open: new Map(),
          charged: [0n, 0n, 0n],
        };
        for (const one of steps) {
          await take(one, account, tree);
          await expectCleanBooks(books);
          tree.caps.forEach((_, level) =>
            expect(roomUnder(tree, level)).toBeGreaterThanOrEqual(0n),
          );
        }
      },
    ),
    { numRuns: RUNS },
  );
}, 600_000);

async function take(one: Step, account: string, tree: Tree): Promise<void> {
  const { ledger } = books;
  if (one.do === 'reserve') return reserve(account, tree, one.level, one.amounts);
  const all = [...tree.open.keys()];
  if (one.do === 'settle-all') {
    await Promise.all(
      all.map(async (request) => {
        const cost = ((tree.open.get(request) ?? 0n) * BigInt(one.percent)) / 100n;
        close(tree, request, chargeOf(await ledger.settle(settleOf(request, text(cost)))).charged);
      }),
    );
    return;
  }
  const chosen = all[one.which % Math.max(all.length, 1)];
  if (!chosen) return;
  const held = tree.open.get(chosen) ?? 0n;
  const room = roomFor(tree, levelOf(tree, chosen));
  switch (one.do) {
    case 'settle': {
      const cost = BigInt(one.cost) * ONE;
      const { charged } = chargeOf(await ledger.settle(settleOf(chosen, text(cost))));
      expect(charged).toBe(least(cost, held + room));
      return close(tree, chosen, charged);
    }
    case 'grow': {
      const amount = held + BigInt(one.by) * ONE;
      const { kind } = await ledger.grow({ ...chosen, amount });
      expect(kind).toBe(amount - held <= room ? 'grown' : 'over-budget');
      if (kind === 'grown') tree.open.set(chosen, amount);
      return;
    }
    case 'release':
      await ledger.release(releaseOf(chosen));
      return close(tree, chosen, 0n);
    case 'lapse': {
      books.moveTo(2 * DAY_MS);
      await ledger.expireOverdue();
      for (const request of all) close(tree, request, 0n);
      const { charged } = chargeOf(await ledger.settle(settleOf(chosen, text(held))));
      expect(charged).toBe(least(held, roomFor(tree, levelOf(tree, chosen))));
      tree.charged[levelOf(tree, chosen)]! += charged;
    }
  }
}

async function reserve(
  account: string,
  tree: Tree,
  level: number,
  amounts: readonly number[],
): Promise<void> {
  const requests = amounts.map((amount) => callOf(account, tree, level, amount));
  const before = roomFor(tree, level);
  const answers = await Promise.all(requests.map((request) => books.ledger.reserve(request)));
  requests.forEach((request, place) => {
    if (answers[place]?.kind === 'reserved') tree.open.set(request, request.amount);
  });
  const left = roomFor(tree, level);
  requests.forEach(({ amount }, place) => {
    const answer = answers[place];
    if (answer?.kind === 'reserved') return;
    expect(amount).toBeGreaterThan(left);
    expect(answer?.kind).toBe('over-budget');
  });
  if (requests.length === 1)
    expect(requests[0]!.amount <= before).toBe(tree.open.has(requests[0]!));
}

function callOf(account: string, { caps }: Tree, level: number, amount: number): ReserveRequest {
  const { run = '' } = caps[level] ?? {};
  const request = call(account, String(amount), { run, deadlineMs: DAY_MS });
  const parent = level > 0 ? { parent: caps[level - 1]?.run ?? '' } : {};
  return {
    ...request,
    facts: { ...request.facts, ...parent, caps: caps.slice(0, level + 1) },
  };
}

function close(tree: Tree, request: ReserveRequest, charged: bigint): void {
  tree.open.delete(request);
  tree.charged[levelOf(tree, request)]! += charged;
}

const levelOf = ({ caps }: Tree, { run }: ReserveRequest): number =>
  caps.findIndex((one) => one.run === run);

/** What is left under the cap of the run of that level, which counts all at and below it. */
function roomUnder(tree: Tree, level: number): bigint {
  const charged = tree.charged.slice(level);
  const held = [...tree.open].filter(([request]) => levelOf(tree, request) >= level);
  const counted = [...charged, ...held.map(([, amount]) => amount)];
  return counted.reduce((left, one) => left - one, tree.caps[level]?.cap ?? 0n);
}

/** What a call of that level may still take: as much as the fullest cap at and above it. */
function roomFor(tree: Tree, level: number): bigint {
  return least(...tree.caps.slice(0, level + 1).map((_, above) => roomUnder(tree, above)));
}

const least = (...amounts: bigint[]): bigint => amounts.reduce((a, b) => (a < b ? a : b));

const text = (micro: bigint): string => `${micro / ONE}.${String(micro % ONE).padStart(6, '0')}`;
