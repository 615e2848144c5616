/** Promise: every entry can be paged through, and exported whole at any size. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Ledger } from '../../../ledger/ledger';
import { openLedger } from '../../../ledger/open-ledger';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { chargeRun, describeTestRun } from './charge-run';
import { readCliJson, runCli } from './run-cli';

const GRANTS = 60;
let database: TestDatabase;
let ledger: Ledger | undefined;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-export-'));
  database = await createTestDatabase();
  ledger = await openLedger({ connectionString: database.url });
  await ledger.openAccount('acme', { drip: false });
  await ledger.openAccount('globex');
  for (let index = 0; index < GRANTS; index += 1) {
    await ledger.grant({
      account: 'acme',
      amount: 1_000_000n,
      key: `k,${index}`,
      source: 'top-up',
    });
  }
  await chargeRun(ledger, 'acme', describeTestRun('w'), [
    { block: 'write', reserve: '3', charge: '2.000001' },
  ]);
});
afterAll(async () => {
  await ledger?.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

const read = (...args: string[]) => readCliJson(args, { databaseUrl: database.url });
const run = (...args: string[]) => runCli(args, { databaseUrl: database.url });

interface EntryPage {
  readonly entries: readonly { readonly seq: number; readonly amount: string }[];
  readonly next: string | null;
}

it('pages through the entries, newest first, each once', async () => {
  const seen: number[] = [];
  for (let next: string | null = String(GRANTS + 2); next !== null;) {
    const page: EntryPage = (await read(
      'ledger',
      'acme',
      '--limit',
      '25',
      '--after',
      next,
    )) as EntryPage;
    seen.push(...page.entries.map(({ seq }) => seq));
    next = page.next;
  }
  expect(seen).toEqual(Array.from({ length: GRANTS + 1 }, (_, index) => GRANTS + 1 - index));
});

it('prints an entry a line and how to go on', async () => {
  const { stdout } = await run('ledger', 'acme', '--limit', '2');
  expect(stdout).toMatch(/^ +61 +\S+ \S+Z +settled +-2\.000001 +57\.999999 +write +/m);
  expect(stdout).toMatch(/\n\nOlder: --after 60\n$/);
});

it('exports one account as CSV', async () => {
  const { status, stdout } = await run('export', '--account', 'acme');
  expect(status).toBe(0);
  const rows: Record<string, string>[] = parse(stdout, { columns: true, record_delimiter: '\r\n' });
  expect(rows.map((row) => Number(row['seq']))).toEqual(
    Array.from({ length: 61 }, (_, i) => i + 1),
  );
  expect(rows.at(-1)).toMatchObject({
    kind: 'settled',
    amount: '-2.000001',
    charged: '2.000001',
    returned: '0.999999',
  });
});

it('exports all accounts as JSON lines', async () => {
  const { stdout } = await run('export', '--format', 'jsonl');
  const entries = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { account: string });
  expect(entries).toHaveLength(62);
  expect(new Set(entries.map(({ account }) => account))).toEqual(new Set(['acme', 'globex']));
});

it('exports one JSON list under --json', async () => {
  expect(await read('export', '--account', 'globex')).toMatchObject([
    { kind: 'granted', amount: '5' },
  ]);
});

it('writes a file under its name only when it is whole, and says how much it holds', async () => {
  const file = join(folder, 'entries.csv');
  expect(await read('export', '--output', file)).toEqual({ file, format: 'csv', entries: 62 });
  const rows: unknown[] = parse(await readFile(file, 'utf8'), { columns: true });
  expect(rows).toHaveLength(62);
  expect(await readdir(folder)).toEqual(['entries.csv']);
});

it('refuses a file that cannot be written', async () => {
  const { status, stderr } = await run('export', '--output', join(folder, 'nowhere', 'x.csv'));
  expect(status).toBe(35);
  expect(stderr).toMatch(/^INPUT_INVALID: /);
});
