/** Promise: an operator learns what a run of an agent and a plan of calls would cost, and whether an account can pay. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credits } from '../../../core/contract/credits';
import { openLedger } from '../../../ledger/open-ledger';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { chargeRun, describeTestRun } from './charge-run';
import { readCliJson, runCli } from './run-cli';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-plan-'));
  database = await createTestDatabase();
  const ledger = await openLedger({ connectionString: database.url });
  await ledger.openAccount('acme', { drip: false });
  await ledger.grant({ account: 'acme', amount: credits('100'), key: 'first', source: 'operator' });
  for (const charge of ['1', '3', ...Array.from({ length: 8 }, () => '2')]) {
    const call = { block: 'read', reserve: '5', charge };
    await chargeRun(ledger, 'acme', describeTestRun('digest'), [call]);
  }
  await ledger.close();
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const read = (...args: string[]) => readCliJson(args, { databaseUrl: database.url });
const run = (...args: string[]) => runCli(args, { databaseUrl: database.url });

it('quotes an agent from its past runs', async () => {
  expect(await read('quote', 'agent', 'digest', '--account', 'acme')).toEqual({
    agent: 'digest',
    account: 'acme',
    minimum: '1',
    likely: '2',
    maximum: '3',
    runs: 10,
  });
  const { stdout } = await run('quote', 'agent', 'digest');
  expect(stdout).toMatch(/^Likely +2\nMaximum +3\nFrom +past 10 runs$/m);
});

it('refuses to quote an agent that has never run', async () => {
  const { status, stderr } = await run('quote', 'agent', 'nobody', '--json');
  expect(status).toBe(55);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'QUOTE_UNKNOWN' } });
});

// The calls above were charged at the fixed price of `chargeRun`, under its version.
const BOOK = {
  version: 'v1',
  effectiveAt: '2026-01-01T00:00:00Z',
  prices: {
    read: { kind: 'fixed', credits: '5' },
    scan: {
      kind: 'metered',
      base: { kind: 'fixed', credits: '1' },
      rates: { page: { credits: '1', per: 1 } },
      reserve: { units: { page: 9 } },
    },
  },
};

async function writePlan(plan: unknown): Promise<readonly [plan: string, book: string]> {
  const files = [join(folder, 'plan.json'), join(folder, 'prices.json')] as const;
  await writeFile(files[0], typeof plan === 'string' ? plan : JSON.stringify(plan));
  await writeFile(files[1], JSON.stringify(BOOK));
  return files;
}

it('quotes a plan line by line and in all, and says what is missing', async () => {
  const [plan, book] = await writePlan([
    { block: 'read', count: 4 },
    { block: 'scan', input: {} },
  ]);
  const args = ['quote', 'plan', plan, '--book', book, '--account', 'acme'];
  expect(await read(...args)).toMatchObject({
    lines: [
      { block: 'read', count: 4, reserve: '5', minimum: '20', likely: '20', maximum: '20' },
      { block: 'scan', count: 1, reserve: '10', minimum: '1', likely: '10', calls: 0 },
    ],
    cost: { minimum: '21', likely: '30' },
    needed: { minimum: '30', likely: '30' },
    available: '80',
    missing: { minimum: '0', likely: '0' },
  });
  const { stdout } = await run(...args);
  expect(stdout).toMatch(/^Costs +21 +30 +none$/m);
  expect(stdout).toMatch(
    /^Available: 80\. It is likely to fit; nothing bounds what it may cost\.$/m,
  );
});

it('says how much a plan lacks that does not fit', async () => {
  const [plan, book] = await writePlan([{ block: 'read', count: 20 }]);
  const { stdout } = await run('quote', 'plan', plan, '--book', book, '--account', 'acme');
  expect(stdout).toMatch(/It does not fit: at least 20 are missing\.$/m);
});

it.each([
  ['is not JSON', '[{]', 'INPUT_INVALID'],
  ['is no list', { block: 'read' }, 'INPUT_INVALID'],
  ['is empty', [], 'INPUT_INVALID'],
  ['names no block', [{ count: 1 }], 'INPUT_INVALID'],
  ['has an unknown field', [{ block: 'read', times: 2 }], 'INPUT_INVALID'],
  ['counts in parts', [{ block: 'read', count: 1.5 }], 'INPUT_INVALID'],
  ['names a block without a price', [{ block: 'paint' }], 'PRICE_UNKNOWN'],
])('refuses a plan that %s', async (_what, content, code) => {
  const [plan, book] = await writePlan(content);
  const { status, stdout, stderr } = await run('quote', 'plan', plan, '--book', book);
  expect(stderr).toMatch(new RegExp(`^${code}: `));
  expect([status > 0, stdout]).toEqual([true, '']);
});
