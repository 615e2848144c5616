/**
 * Part "cost": what one pair takes from the machine (write-ahead log, commits, processor time of
 * PostgreSQL and Node), and what is left of the speed where each commit takes three milliseconds, as
 * with a synchronous standby in another zone.
 */
import type { Client } from 'pg';
import { openLedger } from '../../ledger/open-ledger';
import { withDatabase, type BenchDatabase } from '../database';
import { createA2Charges, createA2Tables } from '../ledger/a2-charge';
import { openBaselinePool } from '../ledger/baseline-pool';
import { createPairs } from '../ledger/pairs';
import { nameAccounts, openAccounts } from '../load/accounts';
import { prepareLedger, requireTrueBooks } from '../load/prepare-ledger';
import { runClosedLoop } from '../measure/closed-loop';
import { runRounds } from '../measure/rounds';
import type { Sample } from '../measure/sample';
import { MANY_ACCOUNTS, type Plan } from '../plan';
import type { PartResult } from '../report/part-result';
import { tell } from '../report/progress';
import { reportCost } from './report-cost';

const SLOW_COMMIT_US = 3_000;

export function runCostPart(serverUrl: string, plan: Plan): Promise<PartResult> {
  return withDatabase(serverUrl, 'cost', async (database) => {
    await prepareLedger(database.url);
    await openAccounts(database.admin, MANY_ACCOUNTS);
    await createA2Tables(database.admin, 1);
    const fast = await measurePairs(database, plan, [
      { name: 'hot1', callers: 1, accounts: 1 },
      { name: 'hot64', callers: 64, accounts: 1 },
      { name: 'hot256', callers: 256, accounts: 1 },
      { name: 'many64', callers: 64, accounts: MANY_ACCOUNTS },
    ]);
    const slowed = await slowCommits(database.admin);
    const slow = slowed ? await measureSlow(database, plan) : new Map<string, readonly Sample[]>();
    return reportCost(fast, slow);
  });
}

interface Load {
  readonly name: string;
  readonly callers: number;
  readonly accounts: number;
}

type Samples = ReadonlyMap<string, readonly Sample[]>;

async function measurePairs(
  database: BenchDatabase,
  plan: Plan,
  loads: readonly Load[],
): Promise<Samples> {
  const ledger = await openLedger({ connectionString: database.url });
  const accounts = nameAccounts(MANY_ACCOUNTS);
  const contenders = loads.map(
    ({ name, callers, accounts: spread }): [string, () => Promise<Sample>] => {
      const operate = createPairs(ledger, accounts.slice(0, spread), callers);
      return [name, () => measure(database, plan, callers, operate)];
    },
  );
  try {
    const samples = await runRounds(new Map(contenders), { rounds: plan.costRounds }, report);
    await requireTrueBooks(ledger);
    return samples;
  } finally {
    await ledger.close();
  }
}

async function measureSlow(database: BenchDatabase, plan: Plan): Promise<Samples> {
  const pairs = await measurePairs(database, plan, [
    { name: 'slow.hot1', callers: 1, accounts: 1 },
    { name: 'slow.hot64', callers: 64, accounts: 1 },
    { name: 'slow.hot256', callers: 256, accounts: 1 },
  ]);
  const pool = openBaselinePool(database.url);
  try {
    const charge = createA2Charges(pool, 1);
    const contenders = new Map([['slow.a2.hot64', () => measure(database, plan, 64, charge)]]);
    return new Map([
      ...pairs,
      ...(await runRounds(contenders, { rounds: plan.costRounds }, report)),
    ]);
  } finally {
    await pool.end();
  }
}

/** A checkpoint first, so that the pages' first images after it fall into the warm-up. */
async function measure(
  { admin, readMeters }: BenchDatabase,
  { warmUpMs, measureMs }: Plan,
  callers: number,
  operate: (caller: number) => Promise<void>,
): Promise<Sample> {
  await admin.query('checkpoint');
  return runClosedLoop({ callers, warmUpMs, measureMs, readMeters, operate });
}

/** Holds for connections made from now on; only a superuser may, and without one it is left out. */
async function slowCommits(admin: Client): Promise<boolean> {
  const { rows } = await admin.query<{ database: string; superuser: string }>(
    `select current_database() as database, current_setting('is_superuser') as superuser`,
  );
  if (rows[0]?.superuser !== 'on') return false;
  await admin.query(`alter database ${rows[0].database} set commit_delay = ${SLOW_COMMIT_US}`);
  await admin.query(`alter database ${rows[0].database} set commit_siblings = 0`);
  return true;
}

function report(name: string, round: number, sample: Sample): void {
  const bytes = sample.walBytes === null ? '' : `, ${Math.round(sample.walBytes)} B of WAL each`;
  tell(`cost: round ${round + 1}: ${name} ${Math.round(sample.perSecond)}/s${bytes}`);
}
