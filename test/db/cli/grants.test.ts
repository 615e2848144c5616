/** Promise: credits given by hand arrive once per key, in burn order, and can be taken back. */
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { readCliJson, runCli } from './run-cli';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const read = (...args: string[]) => readCliJson(args, { databaseUrl: database.url });
const run = (...args: string[]) => runCli(args, { databaseUrl: database.url });
const open = (account: string) => read('account', 'open', account, '--no-drip');

it('grants credits and says what is available now', async () => {
  await open('acme');
  const { status, stdout } = await run('grant', 'acme', '12.5', '--key', 'first');
  expect(status).toBe(0);
  expect(stdout).toBe('Granted 12.5 credits to acme with key first. Available: 12.5.\n');
});

it('makes up a new key each time and shows it, when none is given', async () => {
  await open('keyless');
  const granted = (await read('grant', 'keyless', '1')) as { key: string; created: boolean };
  expect(granted).toMatchObject({ created: true, amount: '1', account: { available: '1' } });
  expect(await read('balance', 'keyless')).toMatchObject({
    grants: [{ key: granted.key, source: 'operator' }],
  });
  expect(await read('grant', 'keyless', '1')).toMatchObject({
    created: true,
    account: { available: '2' },
  });
});

it('changes nothing when a key is given again, and refuses it for another amount', async () => {
  await open('again');
  await read('grant', 'again', '10', '--key', 'k');
  expect(await read('grant', 'again', '10', '--key', 'k')).toMatchObject({
    created: false,
    account: { balance: '10' },
  });
  const { status, stderr } = await run('grant', 'again', '11', '--key', 'k');
  expect(status).toBe(41);
  expect(stderr).toMatch(/^IDEMPOTENCY_MISMATCH: /);
});

it('shows the grants in burn order: priority, then expiry', async () => {
  await open('burn');
  await read('grant', 'burn', '1', '--key', 'never');
  await read('grant', 'burn', '2', '--key', 'late', '--expires', '2998-01-01');
  await read('grant', 'burn', '3', '--key', 'soon', '--expires', '2997-01-01T12:00:00Z');
  await read('grant', 'burn', '4', '--key', 'first', '--priority', '-1', '--source', 'pack');
  const balance = await read('balance', 'burn');
  expect(balance).toMatchObject({
    balance: '10',
    grants: [
      { key: 'first', source: 'pack', priority: -1 },
      { key: 'soon', expiresAt: '2997-01-01T12:00:00.000Z' },
      { key: 'late', remaining: '2' },
      { key: 'never' },
    ],
  });
  const { stdout } = await run('balance', 'burn');
  expect(stdout).toMatch(/^first +pack +4 +0 +4 +-1 +never +open$/m);
  expect(stdout).toMatch(/^late +operator +2 +0 +2 +0 +2998-01-01 +open$/m);
});

it('revokes a part of a grant, then all of it', async () => {
  await open('back');
  await read('grant', 'back', '10', '--key', 'k');
  expect(await read('revoke', 'back', 'k', '--amount', '4')).toMatchObject({
    revoked: '4',
    missing: '0',
    account: { balance: '6' },
  });
  expect((await run('revoke', 'back', 'k')).stdout).toBe(
    'Revoked 6 credits of grant k. Available: 0.\n',
  );
  expect(await read('balance', 'back')).toMatchObject({ balance: '0', grants: [] });
  expect(await read('balance', 'back', '--closed')).toMatchObject({
    grants: [{ key: 'k', closed: true }],
  });
});

it('refuses to revoke a grant that is not there', async () => {
  await open('none');
  const { status, stderr } = await run('revoke', 'none', 'k');
  expect(status).toBe(42);
  expect(stderr).toMatch(/^GRANT_UNKNOWN: /);
});

it.each([
  ['too many decimals', ['1.1234567'], 34, 'AMOUNT_INVALID'],
  ['a negative amount', ['-5'], 34, 'AMOUNT_INVALID'],
  ['nothing', ['0'], 34, 'AMOUNT_INVALID'],
  ['a word', ['many'], 34, 'AMOUNT_INVALID'],
  ['more than a ledger can hold', ['9999999999999'], 34, 'AMOUNT_INVALID'],
  ['a day that does not exist', ['5', '--expires', '2998-02-30'], 35, 'INPUT_INVALID'],
  ['an expiry in the past', ['5', '--expires', '2001-01-01'], 35, 'INPUT_INVALID'],
  ['a priority that is no number', ['5', '--priority', 'high'], 35, 'INPUT_INVALID'],
])('refuses to grant %s', async (_what, args, status, code) => {
  await open('strict');
  const result = await run('grant', 'strict', ...args);
  expect(result.status).toBe(status);
  expect(result.stderr).toMatch(new RegExp(`^${code}: `));
  expect(await read('account', 'show', 'strict')).toMatchObject({ balance: '0', entries: 0 });
});
