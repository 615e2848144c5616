/** Promise: operators open, see, list, freeze and unfreeze accounts, and each says so in both forms. */
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { readCliJson, runCli } from './run-cli';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const read = (...args: string[]) => readCliJson(args, { databaseUrl: database.url });
const run = (...args: string[]) => runCli(args, { databaseUrl: database.url });

it("opens an account with the free tier's first credits", async () => {
  expect(await read('account', 'open', 'drips')).toMatchObject({
    account: 'drips',
    balance: '5',
    available: '5',
    reserved: '0',
    drip: true,
    frozen: false,
    entries: 1,
    nextCreditsAt: expect.stringMatching(/T00:00:00\.000Z$/),
  });
});

it('opens an account without the free tier', async () => {
  expect(await read('account', 'open', 'dry', '--no-drip')).toMatchObject({
    balance: '0',
    drip: false,
    entries: 0,
  });
});

it('changes nothing when an account is opened again', async () => {
  const first = await read('account', 'open', 'twice');
  expect(await read('account', 'open', 'twice', '--no-drip')).toEqual(first);
});

it('shows an account as lines of text', async () => {
  await read('account', 'open', 'shown');
  const { status, stdout } = await run('account', 'show', 'shown');
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /^Account +shown\nBalance +5\nAvailable +5\nReserved +0\nFree tier +on, next credits at /,
  );
});

it('freezes and unfreezes an account', async () => {
  await read('account', 'open', 'cold');
  expect(await read('account', 'freeze', 'cold')).toMatchObject({ frozen: true });
  expect((await run('account', 'show', 'cold')).stdout).toMatch(/^Frozen +yes/m);
  expect(await read('account', 'unfreeze', 'cold')).toMatchObject({ frozen: false });
});

it('lists accounts a page at a time', async () => {
  for (const id of ['page-a', 'page-b', 'page-c']) await read('account', 'open', id);
  const seen: string[] = [];
  let after: string[] = [];
  for (;;) {
    const page = (await read('account', 'list', '--limit', '2', ...after)) as AccountPage;
    expect(page.accounts.length).toBeLessThanOrEqual(2);
    seen.push(...page.accounts.map(({ account }) => account));
    if (page.next === null) break;
    after = ['--after', page.next];
  }
  expect(seen).toEqual(expect.arrayContaining(['page-a', 'page-b', 'page-c']));
  expect(new Set(seen).size).toBe(seen.length);
  expect((await run('account', 'list')).stdout).toMatch(/^ACCOUNT +BALANCE +AVAILABLE/);
});

interface AccountPage {
  readonly accounts: readonly { readonly account: string }[];
  readonly next: string | null;
}

it.each([
  ['account', 'show', 'nobody'],
  ['account', 'freeze', 'nobody'],
  ['balance', 'nobody'],
  ['ledger', 'nobody'],
  ['grant', 'nobody', '5'],
  ['revoke', 'nobody', 'k'],
  ['runs', 'list', '--account', 'nobody'],
  ['reservations', '--account', 'nobody'],
  ['export', '--account', 'nobody'],
])('%s %s %s refuses an account that was never opened', async (...args) => {
  const { status, stdout, stderr } = await run(...args);
  expect({ status, stdout }).toEqual({ status: 22, stdout: '' });
  expect(stderr).toMatch(/^ACCOUNT_UNKNOWN: .*nobody/);
});
