/**
 * Random trees of parent, child and parallel blocks with budgets and guarantees, that are let be, cancelled or
 * terminated, and what must hold of them: no cap is ever exceeded, every run ends, nothing stays reserved
 * after it; and a run whose guarantee covers it is refused before it has begun, or not at all.
 */
import { ApplicationFailure, type Duration } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import fc from 'fast-check';
import { MAX_CREDITS } from '../../../core/contract/credits';
import { credits, type Credits } from '../../../index';
import { eventually } from '../../support/eventually';
import type { Step } from '../workflows/plan';
import type { TestBlocks } from './blocks';
import type { GatedHouse } from './gated-house';

const REST_DEADLINE_MS = 60_000;

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

export interface Root extends Tree {
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
export const trees: fc.Arbitrary<Root> = fc
  .tuple(
    tree(2),
    fc.constantFrom('none' as const, 'covers' as const, 'covers' as const, 'short' as const),
    fc.constantFrom('let be' as const, 'let be' as const, 'terminate' as const, 'cancel' as const),
  )
  .map(([run, guarantee, end]) => ({ ...run, guarantee, end }));

/** What the blocks of a tree do. @param pause awaited first, by each of them */
export function behaveAsTrees(
  work: TestBlocks,
  pause: () => Promise<void> = () => Promise.resolve(),
): void {
  for (const name of ['plain', 'cheap']) work.when(name, pause);
  work.when('frugal', async ({ meter }) => {
    await pause();
    meter.add('kb', 2);
  });
  work.when('dear', async ({ meter }) => {
    await pause();
    meter.add('kb', 20);
  });
  work.when('grows', async ({ meter }) => {
    await pause();
    await meter.atLeast('8').catch(() => undefined);
    meter.add('kb', 12);
  });
  work.when('fails', async ({ meter }) => {
    await pause();
    meter.add('kb', 4);
    throw ApplicationFailure.nonRetryable('on purpose');
  });
}

/** A run that was ended may leave a call that reserves a moment later, and gives back. */
export async function whenAtRest(
  house: GatedHouse,
  account: string,
  funds: Credits,
): Promise<void> {
  await eventually(
    async () => {
      const { balance, reserved } = await house.ledger.readAccount(account);
      const charges = await house.charges(account);
      const charged = charges.reduce((sum, one) => sum + (one.charged ?? 0n), 0n);
      expect([reserved, balance]).toEqual([0n, funds - charged]);
      await house.database.query(
        `with held as (select id from tollgate.accounts where name = $1 for no key update)
         select tollgate.recount_budgets(
           array(select b.id from tollgate.budgets b join held on held.id = b.account), $2)`,
        [account, MAX_CREDITS],
      );
      const budgets = await house.database.query(
        `select b.* from tollgate.budgets b join tollgate.accounts a on a.id = b.account
          where a.name = $1 and (b.spent > b.cap or b.reserved <> 0)`,
        [account],
      );
      expect(budgets).toEqual([]);
      return true;
    },
    { what: 'nothing to be reserved, and the books to say so', deadlineMs: REST_DEADLINE_MS },
  );
}

export interface End {
  readonly account: string;
  readonly workflowId: string;
  /** Under which failure it ended, if it did. */
  readonly failure: string | undefined;
}

/** @param attemptTimeout of each block; needed where workers die */
export async function runTree(
  house: GatedHouse,
  account: string,
  run: Root,
  attemptTimeout?: Duration,
): Promise<End> {
  const handle = await startTree(house, account, run, { attemptTimeout });
  return endTree(account, run, handle);
}

interface StartOptions {
  readonly attemptTimeout?: Duration | undefined;
  /** What the root does when all else is done. */
  readonly last?: Step;
}

export function startTree(
  house: GatedHouse,
  account: string,
  run: Root,
  { attemptTimeout, last }: StartOptions,
): Promise<WorkflowHandle> {
  const whole = mostOf(run);
  const guarantee = run.guarantee === 'covers' ? whole : Math.ceil(whole / 2);
  const steps = [...stepsOf(run, account, attemptTimeout), ...(last === undefined ? [] : [last])];
  return house.start(account, steps, {
    tollgate: {
      account,
      ...(run.budget === null ? {} : { budget: String(run.budget) }),
      ...(run.guarantee === 'none' || guarantee === 0 ? {} : { guarantee: String(guarantee) }),
    },
  });
}

/** Ends the run as it says, and waits for that. */
export async function endTree(account: string, run: Root, handle: WorkflowHandle): Promise<End> {
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

export async function checkTree(house: GatedHouse, run: Root, end: End): Promise<void> {
  const runs = await house.ledger.listRuns({ account: end.account, limit: 1_000 });
  if (!runs.some(({ workflowId }) => workflowId === end.workflowId)) return; // It never reserved.
  const { total } = await house.ledger.readRun(end.workflowId);
  if (run.budget !== null) expect(total).toBeLessThanOrEqual(credits(run.budget));
  // Budgets may still stop it. Want of credits may not.
  if (run.guarantee === 'covers' && end.failure === 'INSUFFICIENT_CREDITS') expect(total).toBe(0n);
}

function stepsOf(run: Tree, account: string, attemptTimeout?: Duration): Step[] {
  const block = (name: Label): Step => ({
    call: CALLS[name].call,
    input: { label: name },
    ...(attemptTimeout === undefined ? {} : { options: { startToCloseTimeout: attemptTimeout } }),
  });
  return [
    ...run.blocks.map(block),
    {
      parallel: [
        ...run.parallel.map(block),
        ...run.children.map((child): Step => ({
          child: stepsOf(child, account, attemptTimeout),
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
