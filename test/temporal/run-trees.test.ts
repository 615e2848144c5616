/**
 * Random trees of parent, child and parallel blocks, several at once on one account, with budgets and
 * guarantees, let be, cancelled or terminated: no cap is ever exceeded, every run ends, nothing stays
 * reserved after it, the books add up; and a run whose guarantee covers it is refused before it has
 * begun, or not at all.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import fc from 'fast-check';
import { credits, type Credits } from '../../index';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';
import { openHouse, type GatedHouse } from './support/gated-house';
import type { Step } from './workflows/plan';

const ROUNDS = 14;

/** What a block may do, what its call reserves, and the most that it costs. */
const CALLS = {
  plain: { call: 'work', most: 3 },
  cheap: { call: 'other_work', most: 2 },
  frugal: { call: 'data_work', most: 6 },
  dear: { call: 'data_work', most: 11 },
  grows: { call: 'data_work', most: 8 },
  fails: { call: 'risky_work', most: 6 },
} as const;
type Label = keyof typeof CALLS;

interface Tree {
  readonly blocks: readonly Label[];
  readonly parallel: readonly Label[];
  readonly children: readonly Tree[];
  readonly budget: number | null;
}

interface Root extends Tree {
  readonly guarantee: 'none' | 'covers' | 'short';
  readonly end: 'let be' | 'terminate' | 'cancel';
}

const label = fc.constantFrom(...(Object.keys(CALLS) as Label[]));
const tree = (depth: number): fc.Arbitrary<Tree> =>
  fc.record({
    blocks: fc.array(label, { maxLength: 3 }),
    parallel: fc.array(label, { maxLength: 3 }),
    children: depth === 0 ? fc.constant([]) : fc.array(tree(depth - 1), { maxLength: 2 }),
    budget: fc.option(fc.integer({ min: 1, max: 30 })),
  });
const root: fc.Arbitrary<Root> = fc
  .tuple(
    tree(2),
    fc.constantFrom('none' as const, 'covers' as const, 'covers' as const, 'short' as const),
    fc.constantFrom('let be' as const, 'let be' as const, 'terminate' as const, 'cancel' as const),
  )
  .map(([run, guarantee, end]) => ({ ...run, guarantee, end }));

let house: GatedHouse;
let worker: TestWorker;
beforeAll(async () => {
  house = await openHouse();
  house.work.when('frugal', ({ meter }) => meter.add('kb', 2));
  house.work.when('dear', ({ meter }) => meter.add('kb', 20));
  house.work.when('grows', async ({ meter }) => {
    await meter.atLeast('8').catch(() => undefined);
    meter.add('kb', 12);
  });
  house.work.when('fails', ({ meter }) => {
    meter.add('kb', 4);
    throw ApplicationFailure.nonRetryable('on purpose');
  });
  worker = await house.startWorker({ gate: { reaper: { everyMs: 50, askEveryMs: 100 } } });
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

it('keeps every promise of the books, of budgets and of guarantees', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(root, { minLength: 1, maxLength: 4 }),
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
          roots.map(async (run) => ({ run, ...(await runTree(account, run)) })),
        );
        await whenAtRest(account, credits(funds));
        for (const { run, ...end } of ends) await checkTree(run, end);
        const { checks } = await house.ledger.doctor();
        expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      },
    ),
    { numRuns: ROUNDS, endOnFailure: true },
  );
}, 180_000);

/** A run that was ended may leave a call that reserves a moment later, and gives back. */
async function whenAtRest(account: string, funds: Credits): Promise<void> {
  await eventually(
    async () => {
      const { balance, reserved } = await house.ledger.readAccount(account);
      const charges = await house.charges(account);
      const charged = charges.reduce((sum, one) => sum + (one.charged ?? 0n), 0n);
      expect([reserved, balance]).toEqual([0n, funds - charged]);
      const budgets = await house.database.query(
        `select b.* from tollgate.budgets b join tollgate.accounts a on a.id = b.account
          where a.name = $1 and (b.spent > b.cap or b.reserved <> 0)`,
        [account],
      );
      expect(budgets).toEqual([]);
      return true;
    },
    { what: 'nothing to be reserved, and the books to say so' },
  );
}

interface End {
  readonly account: string;
  readonly workflowId: string;
  /** Under which failure it ended, if it did. */
  readonly failure: string | undefined;
}

async function runTree(account: string, run: Root): Promise<End> {
  const whole = mostOf(run);
  const guarantee = run.guarantee === 'covers' ? whole : Math.ceil(whole / 2);
  const handle = await house.start(account, stepsOf(run, account), {
    tollgate: {
      account,
      ...(run.budget === null ? {} : { budget: String(run.budget) }),
      ...(run.guarantee === 'none' || guarantee === 0 ? {} : { guarantee: String(guarantee) }),
    },
  });
  if (run.end === 'terminate') await orEnded(handle, () => handle.terminate());
  if (run.end === 'cancel') await orEnded(handle, () => handle.cancel());
  const failure = await handle.result().then(
    () => undefined,
    (error: { readonly cause?: { readonly type?: string } }) => error.cause?.type ?? 'other',
  );
  return { account, workflowId: handle.workflowId, failure };
}

/** A run may have ended before it can be ended. */
async function orEnded(handle: WorkflowHandle, act: () => Promise<unknown>): Promise<void> {
  await act().catch(async (error: unknown) => {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') throw error;
  });
}

async function checkTree(run: Root, end: End): Promise<void> {
  const runs = await house.ledger.listRuns({ account: end.account, limit: 1_000 });
  if (!runs.some(({ workflowId }) => workflowId === end.workflowId)) return; // It never reserved.
  const { total } = await house.ledger.readRun(end.workflowId);
  if (run.budget !== null) expect(total).toBeLessThanOrEqual(credits(run.budget));
  // Budgets may still stop it. Want of credits may not.
  if (run.guarantee === 'covers' && end.failure === 'INSUFFICIENT_CREDITS') expect(total).toBe(0n);
}

function stepsOf(run: Tree, account: string): Step[] {
  const block = (name: Label): Step => ({ call: CALLS[name].call, input: { label: name } });
  return [
    ...run.blocks.map(block),
    {
      parallel: [
        ...run.parallel.map(block),
        ...run.children.map((child): Step => ({
          child: stepsOf(child, account),
          ...(child.budget === null
            ? {}
            : { options: { memo: { tollgate: { account, budget: String(child.budget) } } } }),
        })),
      ],
    },
  ];
}

function mostOf({ blocks, parallel, children }: Tree): number {
  const own = [...blocks, ...parallel].reduce((sum, name) => sum + CALLS[name].most, 0);
  return children.reduce((sum, child) => sum + mostOf(child), own);
}
