/**
 * Part "flat": the same load on a young ledger and on one with a long past, and on an account with one
 * grant and with two hundred. What must stay the same is the work of PostgreSQL for one pair; its
 * processor time is the steadiest measure of that.
 */
import { openLedger } from '../../ledger/open-ledger';
import type { Ledger } from '../../ledger/ledger';
import { withDatabase, type BenchDatabase } from '../database';
import { createPairs } from '../ledger/pairs';
import { nameAccounts, openAccounts } from '../load/accounts';
import { loadEntries } from '../load/entries';
import { prepareLedger, requireTrueBooks } from '../load/prepare-ledger';
import { runClosedLoop } from '../measure/closed-loop';
import { runRounds } from '../measure/rounds';
import type { Sample } from '../measure/sample';
import type { Plan } from '../plan';
import type { PartResult } from '../report/part-result';
import { tell } from '../report/progress';
import { openGrantedAccount } from './granted-account';
import { reportFlat } from './report-flat';

/** One entry each, for its grant: the young ledger has ten thousand. */
const ACCOUNTS = 10_000;
const CALLERS = 64;
const MANY_GRANTS = 200;

interface Book {
  readonly database: BenchDatabase;
  readonly ledger: Ledger;
  /** Entries loaded beside those of the grants. */
  readonly past: number;
}

export function runFlatPart(serverUrl: string, plan: Plan): Promise<PartResult> {
  return withBook(serverUrl, 'young', { plan, past: 0 }, (young) =>
    withBook(serverUrl, 'old', { plan, past: plan.manyEntries }, async (old) => {
      const loads = listLoads(young, old, plan);
      const samples = await runRounds(loads, { rounds: plan.flatRounds }, (name, round, sample) => {
        const { perSecond, postgresCpuUs } = sample;
        const cpu = `${postgresCpuUs?.toFixed(0) ?? '–'} µs of PostgreSQL`;
        tell(`flat: round ${round + 1}: ${name} ${Math.round(perSecond)}/s, ${cpu}`);
      });
      await requireTrueBooks(young.ledger);
      // To read millions of entries takes as long as all else in a quick run.
      if (!plan.quick) await requireTrueBooks(old.ledger);
      return reportFlat(samples, old.past);
    }),
  );
}

function listLoads(young: Book, old: Book, plan: Plan): ReadonlyMap<string, () => Promise<Sample>> {
  const everyone = nameAccounts(ACCOUNTS);
  const hot = everyone.slice(0, 1);
  const granted = async (grants: number): Promise<Sample> =>
    measurePairs(young, [await openGrantedAccount(young.ledger, grants)], plan);
  const loads = new Map([
    ['young.many64', () => measurePairs(young, everyone, plan)],
    ['old.many64', () => measurePairs(old, everyone, plan)],
    ['grants1', () => granted(1)],
    [`grants${MANY_GRANTS}`, () => granted(MANY_GRANTS)],
  ]);
  if (plan.quick) return loads;
  return new Map([
    ...loads,
    ['young.hot64', () => measurePairs(young, hot, plan)],
    ['old.hot64', () => measurePairs(old, hot, plan)],
  ]);
}

function withBook<Result>(
  serverUrl: string,
  label: string,
  { plan, past: entries }: { readonly plan: Plan; readonly past: number },
  use: (book: Book) => Promise<Result>,
): Promise<Result> {
  return withDatabase(serverUrl, label, async (database) => {
    await prepareLedger(database.url);
    await openAccounts(database.admin, ACCOUNTS);
    const loaded = entries === 0 ? 0 : await loadPast(database, plan);
    await database.admin.query('checkpoint');
    const ledger = await openLedger({ connectionString: database.url });
    const book = { database, ledger, past: loaded };
    try {
      // Unmeasured: the ledger gets to know the accounts, and their pages their first images.
      await measurePairs(book, nameAccounts(ACCOUNTS), plan);
      return await use(book);
    } finally {
      await ledger.close();
    }
  });
}

async function loadPast(
  { url }: BenchDatabase,
  { manyEntries, loadBudgetMs }: Plan,
): Promise<number> {
  tell(`flat: loading ${manyEntries} entries`);
  const past = { accounts: ACCOUNTS, entries: manyEntries, budgetMs: loadBudgetMs };
  const loaded = await loadEntries(url, past);
  if (loaded < manyEntries) tell(`flat: time was up at ${loaded} entries`);
  return loaded;
}

function measurePairs(
  { database, ledger }: Book,
  accounts: readonly string[],
  plan: Plan,
): Promise<Sample> {
  const { warmUpMs, measureMs } = plan;
  const operate = createPairs(ledger, accounts, CALLERS);
  return runClosedLoop({
    callers: CALLERS,
    warmUpMs,
    measureMs,
    readMeters: database.readMeters,
    operate,
  });
}
