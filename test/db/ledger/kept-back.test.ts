/**
 * The promise: what the first call in line needs is kept back from calls that have not begun, so that no
 * stream of small ones can starve a large one; what has begun goes on; and when nobody waits, or there is more
 * than the first needs, nobody notices.
 */
import fc from 'fast-check';
import type { ReserveRequest } from '../../../core/contract/reservation';
import {
  call,
  DAY_MS,
  expectCleanBooks,
  fundedAccount,
  MINUTE_MS,
  openBooks,
  releaseOf,
  settleOf,
  under,
  type Books,
} from './books';

const RUNS = Number(process.env['TOLLGATE_PROPERTY_RUNS'] ?? 25);
const MICRO = 1_000_000n;
const NAMESPACE = 'default';

let books: Books;
let grants = 0;
beforeAll(async () => (books = await openBooks({ lanes: 1 })));
afterAll(async () => {
  await expectCleanBooks(books);
  await books.close();
});

/** Refused, and so in line. */
async function wait(request: ReserveRequest, namespace = NAMESPACE): Promise<void> {
  expect(await books.ledger.reserve(request)).toMatchObject({ kind: 'insufficient' });
  await join(request, namespace);
}

async function join(request: ReserveRequest, namespace = NAMESPACE): Promise<void> {
  const { workflowRunId } = request.facts;
  await books.ledger.joinLine({ ...request, namespace, workflowRunId, deadlineMs: 2 * DAY_MS });
}

function wake(account: string, namespace = NAMESPACE): Promise<number> {
  return books.ledger.wakeLine({ account, namespace }, { limit: 50, holdMs: 5 * MINUTE_MS });
}

async function topUp(account: string, amount: number): Promise<void> {
  const key = `top-up-${(grants += 1)}`;
  await books.ledger.grant({ account, key, source: 'top-up', amount: BigInt(amount) * MICRO });
}

async function reserves(request: ReserveRequest): Promise<boolean> {
  return (await books.ledger.reserve(request)).kind === 'reserved';
}

describe('while a call of 10 waits on an account of 6', () => {
  let account: string;
  let first: ReserveRequest;
  let running: ReserveRequest;
  let guaranteed: ReserveRequest;
  beforeEach(async () => {
    account = await fundedAccount(books, '12');
    running = call(account, '1');
    guaranteed = under('5', call(account, '2'));
    for (const request of [running, guaranteed]) expect(await reserves(request)).toBe(true);
    first = call(account, '10');
    await wait(first);
  });

  it('refuses a newcomer, and says that the credits are somebody’s', async () => {
    expect(await books.ledger.reserve(call(account, '1'))).toMatchObject({
      kind: 'insufficient',
      needed: MICRO,
      available: 0n,
      reserved: 12n * MICRO,
    });
  });

  it('refuses newcomers that come in one statement', async () => {
    const many = Array.from({ length: 12 }, () => call(account, '1'));
    expect(await Promise.all(many.map(reserves))).toEqual(many.map(() => false));
  });

  it('refuses the guarantee of a run that has not begun', async () => {
    expect(await reserves(under('3', call(account, '1')))).toBe(false);
  });

  it('holds scheduled runs', async () => {
    const scheduled = { schedule: 'daily', run: 'tick', workflowId: 'tick', agent: 'digest' };
    expect(await books.ledger.preflight({ account, ...scheduled })).toMatchObject({
      reason: 'credits',
      available: 0n,
    });
  });

  it('lets newcomers have what is beyond it', async () => {
    await topUp(account, 5);
    expect(await reserves(call(account, '2'))).toBe(false);
    expect(await reserves(call(account, '1'))).toBe(true);
    expect(await wake(account)).toBe(1);
  });

  it('lets what has begun go on: an attempt made again, a block that asks for more, a settle that draws', async () => {
    expect(await reserves({ ...running, claim: 2n })).toBe(true);
    expect(await books.ledger.grow({ ...running, claim: 2n, amount: 3n * MICRO })).toMatchObject({
      kind: 'grown',
    });
    expect(await books.ledger.settle(settleOf(running, '4'))).toMatchObject({
      charge: { charged: 4n * MICRO, absorbed: 0n },
    });
  });

  it('lets a run use its guarantee, and no more than that', async () => {
    const next = (amount: bigint): ReserveRequest => ({
      ...guaranteed,
      call: call(account, '0').call,
      amount: amount * MICRO,
    });
    expect(await reserves(next(4n))).toBe(false);
    expect(await reserves(next(3n))).toBe(true);
  });

  it('sets it aside as soon as it is there, and is as before when nobody waits', async () => {
    await topUp(account, 4);
    expect(await reserves(call(account, '1'))).toBe(false);
    expect(await wake(account)).toBe(1);
    await books.ledger.release(releaseOf(running));
    expect(await reserves(call(account, '1'))).toBe(true);
  });

  it('lets go of it when the call gives up, also where nobody tells', async () => {
    await books.ledger.leaveLine(first);
    expect(await reserves(call(account, '1'))).toBe(true);
    await wait(call(account, '20'));
    expect(await reserves(call(account, '1'))).toBe(false);
    books.moveTo(2 * DAY_MS);
    expect(await reserves(call(account, '1'))).toBe(true);
    expect(await wake(account)).toBe(0);
  });

  it('keeps nothing back for a call that has its credits', async () => {
    await topUp(account, 4);
    expect(await reserves(first)).toBe(true);
    await books.ledger.release(releaseOf(running));
    expect(await reserves(call(account, '1'))).toBe(true);
    expect(await wake(account)).toBe(1);
  });

  it('goes by who was refused first, whichever namespace they are in', async () => {
    await wait(call(account, '2'), 'another');
    expect(await wake(account, 'another')).toBe(0);
    expect(await books.ledger.findDueLines('another', 0)).toEqual([]);
    await topUp(account, 6);
    expect(await wake(account, 'another')).toBe(1);
    expect(await wake(account)).toBe(1);
  });
});

type Step =
  | { readonly do: 'newcomer'; readonly amount: number; readonly waits: boolean }
  | { readonly do: 'settle'; readonly which: number; readonly percent: number }
  | { readonly do: 'grant'; readonly amount: number }
  | { readonly do: 'give up'; readonly which: number }
  | { readonly do: 'wake' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('newcomer' as const),
      amount: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 10, max: 30 })),
      waits: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: fc.nat(20),
      percent: fc.integer({ min: 0, max: 100 }),
    }),
  },
  fc.record({ do: fc.constant('grant' as const), amount: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant('give up' as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant('wake' as const) }),
);

test('among any newcomers, the line is served in its order, and nobody takes what its first needs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const account = await fundedAccount(books, '8');
      const line: ReserveRequest[] = [];
      const open: ReserveRequest[] = [];
      const available = async () => (await books.ledger.readAccount(account)).available;
      const wakeAll = async (): Promise<void> => {
        const woken = await wake(account);
        open.push(...line.splice(0, woken));
        const [next] = line;
        if (next) expect(await available()).toBeLessThan(next.amount);
      };
      for (const one of steps) {
        if (one.do === 'newcomer') {
          const request = call(account, String(one.amount), { deadlineMs: DAY_MS });
          const left = (await available()) - (line[0]?.amount ?? 0n);
          const passed = await reserves(request);
          expect(passed).toBe(left >= request.amount);
          if (passed) open.push(request);
          else if (one.waits) {
            await join(request);
            line.push(request);
          }
        }
        if (one.do === 'settle') {
          const [request] = open.splice(one.which % Math.max(open.length, 1), 1);
          const cost = request && (request.amount * BigInt(one.percent)) / 100n;
          if (request && cost !== undefined)
            await books.ledger.settle({ ...settleOf(request, '0'), amount: cost });
        }
        if (one.do === 'grant') await topUp(account, one.amount);
        if (one.do === 'give up') {
          const [request] = line.splice(one.which % Math.max(line.length, 1), 1);
          if (request) await books.ledger.leaveLine(request);
        }
        if (one.do === 'wake') await wakeAll();
        const waiting = await books.ledger.listWaiting({ account });
        expect(waiting.map(({ run }) => run)).toEqual(line.map(({ run }) => run));
      }
      for (const request of open.splice(0)) await books.ledger.release(releaseOf(request));
      // Whatever is wanted in all, and as much again for each, so that all of it comes through.
      for (let most = line.length; line.length > 0 && most > 0; most -= 1) {
        await topUp(account, 30);
        await wakeAll();
      }
      expect(line).toEqual([]);
      await expectCleanBooks(books);
    }),
    { numRuns: RUNS },
  );
}, 120_000);
