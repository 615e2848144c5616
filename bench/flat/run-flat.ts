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

/** Each is opened with a drip and a grant: two entries, so the young ledger has ten thousand. */
const ACCOUNTS = 5_000;
const CALLERS = 64;
const MANY_GRANTS = 200;

interface Book {
  readonly database: BenchDatabase;
  readonly ledger: Ledger;
}

export function runFlatPart(serverUrl: string, plan: Plan): Promise<PartResult> {
  return withBook(serverUrl, 'young', 0, (young) =>
    withBook(serverUrl, 'old', plan.manyEntries, async (old) => {
      const measure = (book: Book, accounts: readonly string[]): Promise<Sample> =>
        measurePairs(book, accounts, plan);
      const everyone = nameAccounts(ACCOUNTS);
      const samples = await runRounds<Sample>(
        new Map([
          ['young.many64', () => measure(young, everyone)],
          ['old.many64', () => measure(old, everyone)],
          ['young.hot64', () => measure(young, everyone.slice(0, 1))],
          ['old.hot64', () => measure(old, everyone.slice(0, 1))],
          ['grants1', async () => measure(young, [await openGrantedAccount(young.ledger, 1)])],
          [
            'grants200',
            async () => measure(young, [await openGrantedAccount(young.ledger, MANY_GRANTS)]),
          ],
        ]),
        plan.flatRounds,
        (name, round, { perSecond, postgresCpuUs }) =>
          tell(
            `flat: round ${round + 1}: ${name} ${Math.round(perSecond)}/s, ${postgresCpuUs?.toFixed(0) ?? '–'} µs of PostgreSQL`,
          ),
      );
      await requireTrueBooks(young.ledger);
      await requireTrueBooks(old.ledger);
      return reportFlat(samples, plan.manyEntries);
    }),
  );
}

function withBook<Result>(
  serverUrl: string,
  label: string,
  past: number,
  use: (book: Book) => Promise<Result>,
): Promise<Result> {
  return withDatabase(serverUrl, label, async (database) => {
    await prepareLedger(database.url);
    await openAccounts(database.admin, ACCOUNTS);
    if (past > 0) {
      tell(`flat: loading ${past} entries`);
      await loadEntries(database.url, ACCOUNTS, past);
    }
    await database.admin.query('checkpoint');
    const ledger = await openLedger({ connectionString: database.url });
    try {
      return await use({ database, ledger });
    } finally {
      await ledger.close();
    }
  });
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
