/**
 * Everything that is measured beside the ledger's pairs in each round: the same machine, the same
 * database, the same durability, in the same minute.
 */
import { Pool } from 'pg';
import { credits } from '../../core/contract/credits';
import type { Gate } from '../../ledger/ledger';
import type { BenchDatabase } from '../database';
import { runClosedLoop } from '../measure/closed-loop';
import type { Sample } from '../measure/sample';
import { MANY_ACCOUNTS, type Plan } from '../plan';
import { createA2Charges } from './a2-charge';
import { createNaivePairs } from './naive-gate';
import { createPairs } from './pairs';
import { runPgbench, UPDATE_ROW, type UpdateLoad } from './pgbench';

/** One thing to measure, named as in the figures: `hot64` is 64 callers on one account. */
export interface Contender {
  readonly name: string;
  readonly callers: number;
  readonly accounts: number;
  readonly operation: string;
  measure(): Promise<Sample>;
}

export interface Scene {
  readonly database: BenchDatabase;
  readonly gate: Gate;
  readonly accounts: readonly string[];
  /** An account with budgets of its own and of its agent. */
  readonly budgeted: string;
  readonly baselines: Pool;
  readonly pgbench: boolean;
  readonly plan: Plan;
}

/** Never reached, so that no pair is refused. */
export const ROOMY_CAP = credits('10000000');
const CALLERS = [1, 8, 64, 256];
const COMPARED_CALLERS = [1, 64];

export function listContenders(scene: Scene): readonly Contender[] {
  const spreads = [
    { spread: 'hot', accounts: 1 },
    { spread: 'many', accounts: MANY_ACCOUNTS },
  ];
  return [
    updateContender(scene, 'pgbench1', { rows: 'one', clients: 1 }),
    updateContender(scene, 'pgbench16', { rows: 'many', clients: 16 }),
    loopContender(scene, {
      name: 'budgets64',
      operation: 'pair under three budgets',
      callers: 64,
      accounts: 1,
    }),
    ...spreads.flatMap(({ spread, accounts }) => [
      ...CALLERS.map((callers) =>
        loopContender(scene, { name: `${spread}${callers}`, operation: 'pair', callers, accounts }),
      ),
      ...COMPARED_CALLERS.flatMap((callers) => [
        loopContender(scene, {
          name: `a2.${spread}${callers}`,
          operation: 'A2 charge',
          callers,
          accounts,
        }),
        loopContender(scene, {
          name: `naive.${spread}${callers}`,
          operation: 'naive pair',
          callers,
          accounts,
        }),
      ]),
    ]),
  ];
}

type Loop = Omit<Contender, 'measure'>;

function loopContender(scene: Scene, loop: Loop): Contender {
  return { ...loop, measure: () => measureLoop(scene, loop.callers, chooseOperation(scene, loop)) };
}

function chooseOperation(
  scene: Scene,
  { operation, accounts, callers }: Loop,
): (caller: number) => Promise<void> {
  if (operation === 'A2 charge') return createA2Charges(scene.baselines, accounts);
  if (operation === 'naive pair') return createNaivePairs(scene.baselines, accounts);
  if (operation === 'pair under three budgets')
    return createPairs(scene.gate, [scene.budgeted], callers, ROOMY_CAP);
  return createPairs(scene.gate, scene.accounts.slice(0, accounts), callers);
}

function measureLoop(
  { plan, database: { readMeters } }: Scene,
  callers: number,
  operate: (caller: number) => Promise<void>,
): Promise<Sample> {
  const { warmUpMs, measureMs } = plan;
  return runClosedLoop({ callers, warmUpMs, measureMs, readMeters, operate });
}

function updateContender(scene: Scene, name: string, load: UpdateLoad): Contender {
  const accounts = load.rows === 'one' ? 1 : MANY_ACCOUNTS;
  const loop = { name, callers: load.clients, accounts, operation: 'one-row update' };
  if (scene.pgbench) {
    return { ...loop, measure: () => runPgbench(scene.database.url, load, scene.plan.measureMs) };
  }
  return { ...loop, measure: () => updateThroughPg(scene, load, accounts) };
}

async function updateThroughPg(scene: Scene, load: UpdateLoad, rows: number): Promise<Sample> {
  const pool = new Pool({ connectionString: scene.database.url, max: load.clients });
  try {
    return await measureLoop(scene, load.clients, async () => {
      const values = [1 + Math.floor(Math.random() * rows)];
      await pool.query({ name: 'update-row', text: UPDATE_ROW, values });
    });
  } finally {
    await pool.end();
  }
}
