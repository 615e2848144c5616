/**
 * A batch reads the rows of its own calls, however many others there are, also when PostgreSQL planned it by what
 * the tables held when they were nearly empty.
 */
import { credits } from '../../../core/contract/credits';
import type { ReserveRequest } from '../../../core/contract/reservation';
import type { Ledger } from '../../../ledger/ledger';
import { openLedger } from '../../../ledger/open-ledger';
import { eventually } from '../../support/eventually';
import {
  call,
  capped,
  expectCleanBooks,
  fundedAccount,
  NOON,
  openBooks,
  settleOf,
  type Books,
} from './books';

const TABLES = ['reservations', 'entries', 'budgets', 'accounts', 'runs'];
const OTHERS = 400;
const BATCH = 16;
/** Of each row its index may show an older version too, and a call looks at some rows twice. */
const LOOKS = 6;
const COUNTED = 'batch-plan';

let books: Books;
beforeAll(async () => (books = await openBooks()));
afterAll(() => books.close());

async function reserveAll(ledger: Ledger, accounts: readonly string[]): Promise<ReserveRequest[]> {
  const requests = accounts.map((account) => capped('5', call(account, '2')));
  const answers = await Promise.all(requests.map((request) => ledger.reserve(request)));
  expect(answers.every(({ kind }) => kind === 'reserved')).toBe(true);
  return requests;
}

async function settleAll(ledger: Ledger, requests: readonly ReserveRequest[]): Promise<void> {
  await Promise.all(requests.map((request) => ledger.settle(settleOf(request, '1'))));
}

/**
 * Rows that statements have read so far. A session tells of what it read up to ten seconds late, but of all of it
 * as it ends: so every session that reads these tables is one of the ledger that is closed here.
 */
async function closeAndCount(ledger: Ledger): Promise<ReadonlyMap<string, number>> {
  const sessions = `select from pg_stat_activity where application_name = '${COUNTED}'`;
  expect(await books.database.query(sessions)).not.toEqual([]);
  await ledger.close();
  await eventually(async () => (await books.database.query(sessions)).length === 0);
  const rows = await books.database.query<{ name: string; read: number }>(
    `select relname as name, (seq_tup_read + idx_tup_fetch)::integer as read from pg_stat_user_tables
      where schemaname = 'tollgate' and relname = any ($1)`,
    [TABLES],
  );
  return new Map(rows.map(({ name, read }) => [name, read]));
}

test('a batch reads no rows but those of its calls', async () => {
  const connectionString = `${books.database.url}?application_name=${COUNTED}`;
  const open = (): Promise<Ledger> => openLedger({ connectionString, lanes: 1, now: () => NOON });
  const first = await open();
  const account = await fundedAccount({ ledger: first }, '1000');
  const others = await Promise.all(
    Array.from({ length: OTHERS }, () => fundedAccount({ ledger: first }, '10')),
  );
  const budget = { kind: 'account', period: 'day', cap: credits('100') } as const;
  for (const one of [account, ...others]) await first.setBudget({ account: one, ...budget });
  await settleAll(first, await reserveAll(first, [account, account, account, account]));
  for (const table of TABLES) {
    await books.database.query(`alter table tollgate.${table} set (autovacuum_enabled = false)`);
    await books.database.query(`analyze tollgate.${table}`);
  }
  await settleAll(first, await reserveAll(first, others));
  await reserveAll(first, others);
  const before = await closeAndCount(first);

  const second = await open();
  const own = Array.from({ length: BATCH }, () => account);
  await settleAll(second, await reserveAll(second, own));
  const after = await closeAndCount(second);
  const read = (table: string): number => (after.get(table) ?? 0) - (before.get(table) ?? 0);
  expect(
    TABLES.filter((table) => read(table) > BATCH * LOOKS).map((table) => [table, read(table)]),
  ).toEqual([]);
  expect(read('reservations')).toBeGreaterThanOrEqual(BATCH);
  await expectCleanBooks(books);
});
