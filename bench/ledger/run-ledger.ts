/**
 * Part "ledger": pairs a second and latencies at 1 to 256 callers, on one account and on 10,000,
 * beside the yardstick and the designs that the ledger replaces.
 */
import type { Ledger } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import { withDatabase, type BenchDatabase } from '../database';
import { nameAccounts, openAccounts } from '../load/accounts';
import { prepareLedger, requireTrueBooks } from '../load/prepare-ledger';
import { runRounds } from '../measure/rounds';
import type { Sample } from '../measure/sample';
import { MANY_ACCOUNTS, type Plan } from '../plan';
import type { PartResult } from '../report/part-result';
import { tell } from '../report/progress';
import { createA2Tables } from './a2-charge';
import { openBaselinePool } from './baseline-pool';
import { listContenders, ROOMY_CAP, type Contender } from './contenders';
import { compareLedger } from './compare';
import { createNaiveTables } from './naive-gate';
import { createRows, hasPgbench } from './pgbench';
import { BENCH_AGENT } from './requests';

/** What the figures need: in a quick run only these take part in every round. */
const COMPARED = [
  'pgbench1',
  'pgbench16',
  'hot1',
  'hot64',
  'budgets64',
  'hot256',
  'many256',
  'a2.hot64',
  'naive.hot64',
];
/** And these in one round; the rest is left to a full run. */
const SHOWN_ONCE = ['hot8', 'many1', 'many8', 'many64'];

export function runLedgerPart(serverUrl: string, plan: Plan): Promise<PartResult> {
  return withDatabase(serverUrl, 'ledger', async (database) => {
    tell('ledger: setting up 10,000 accounts and the baselines');
    await prepareTables(database);
    const ledger = await openLedger({ connectionString: database.url });
    const baselines = openBaselinePool(database.url);
    const pgbench = await hasPgbench();
    try {
      const [budgeted = '', ...accounts] = nameAccounts(MANY_ACCOUNTS + 1);
      await setBudgets(ledger, budgeted);
      const contenders = listContenders({
        database,
        gate: ledger,
        accounts,
        budgeted,
        baselines,
        pgbench,
        plan,
      });
      // Unmeasured: the ledger gets to know the accounts, and their pages their first images.
      await contenders.find(({ name }) => name === 'many256')?.measure();
      const samples = await measure(contenders, plan);
      await requireTrueBooks(ledger);
      return compareLedger(contenders, samples, pgbench);
    } finally {
      await baselines.end();
      await ledger.close();
    }
  });
}

async function prepareTables({ url, admin }: BenchDatabase): Promise<void> {
  await prepareLedger(url);
  await openAccounts(admin, MANY_ACCOUNTS + 1);
  await createRows(admin);
  await createNaiveTables(admin, MANY_ACCOUNTS);
  await createA2Tables(admin, MANY_ACCOUNTS);
  await admin.query('checkpoint');
}

/** Beside the one that every run brings. */
async function setBudgets(ledger: Ledger, account: string): Promise<void> {
  const day = { account, period: 'day', cap: ROOMY_CAP } as const;
  await ledger.setBudget({ ...day, kind: 'account' });
  await ledger.setBudget({ ...day, kind: 'agent', subject: BENCH_AGENT });
}

async function measure(
  contenders: readonly Contender[],
  plan: Plan,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const group = (names: readonly string[] | 'all'): ReadonlyMap<string, () => Promise<Sample>> =>
    new Map(
      contenders
        .filter(({ name }) => names === 'all' || names.includes(name))
        .map((contender) => [contender.name, () => contender.measure()]),
    );
  const report = (name: string, round: number, sample: Sample): void =>
    tell(
      `ledger: round ${round + 1}: ${name} ${Math.round(sample.perSecond)}/s, p50 ${sample.p50Ms.toFixed(2)} ms`,
    );
  if (!plan.quick) return runRounds(group('all'), { rounds: plan.ledgerRounds }, report);
  const compared = await runRounds(group(COMPARED), { rounds: plan.ledgerRounds }, report);
  const others = await runRounds(group(SHOWN_ONCE), { rounds: 1 }, report);
  return new Map([...compared, ...others]);
}
