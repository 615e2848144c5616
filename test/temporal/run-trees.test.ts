/**
 * Random trees of parent, child and parallel blocks, several at once on one account, with budgets and
 * guarantees, let be, cancelled or terminated: no cap is ever exceeded, every run ends, nothing stays
 * reserved after it, the books add up; and a run whose guarantee covers it is refused before it has
 * begun, or not at all.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import fc from 'fast-check';
import { credits } from '../../index';
import type { RunReceipt } from '../../ledger';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';
import { openHouse, whenIdle, type GatedHouse } from './support/gated-house';
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
const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    blocks: fc.array(label, { maxLength: 3 }),
    parallel: fc.array(label, { maxLength: 3 }),
    children: fc.array(tie('tree'), { maxLength: 2, depthIdentifier: 'tree' }),
    budget: fc.option(fc.integer({ min: 1, max: 30 })),
  }),
})).tree;
const root: fc.Arbitrary<Root> = fc
  .tuple(
    tree,
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
        const ends = await Promise.all(roots.map((one) => runTree(account, one)));
        const view = await whenIdle(house.ledger, account);

        const charged = (await house.charges(account)).reduce(
          (sum, one) => sum + (one.charged ?? 0n),
          0n,
        );
        expect(view.balance).toBe(credits(funds) - charged);
        for (const { cap, spent, reserved } of await house.ledger.listBudgets(account)) {
          expect(spent).toBeLessThanOrEqual(cap);
          expect(reserved).toBe(0n);
        }
        for (const [place, one] of roots.entries()) await checkTree(one, ends[place]);
        const { checks } = await house.ledger.doctor();
        expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      },
    ),
    { numRuns: ROUNDS, endOnFailure: true },
  );
}, 180_000);

interface End {
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
  return { workflowId: handle.workflowId, failure };
}

/** A run may have ended before it can be ended. */
async function orEnded(handle: WorkflowHandle, act: () => Promise<unknown>): Promise<void> {
  await act().catch(async (error: unknown) => {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') throw error;
  });
}

async function checkTree(run: Root, end: End | undefined): Promise<void> {
  const receipt = await eventually(() =>
    house.ledger.readRun(end?.workflowId ?? '').catch(() => 'never reserved' as const),
  );
  if (receipt === 'never reserved') return;
  checkCaps(run, receipt);
  // The budgets of child runs, and a daily one that was full, may still stop it; want of credits may not.
  if (run.guarantee === 'covers' && end?.failure === 'INSUFFICIENT_CREDITS')
    expect(receipt.total).toBe(0n);
}

function checkCaps(run: Tree, { total, children }: RunReceipt): void {
  if (run.budget !== null) expect(total).toBeLessThanOrEqual(credits(run.budget));
  if (children.length !== run.children.length) return; // Which is which cannot be told.
  const caps = run.children.map(({ budget }) => budget);
  if (caps.every((cap) => cap !== null && cap === caps[0]))
    children.forEach((child, place) => checkCaps(run.children[place] ?? run, child));
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
