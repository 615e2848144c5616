/** Promise: operators set, list and remove caps, and a mistake in one says what to do. */
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { readCliJson, runCli } from './run-cli';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await read('account', 'open', 'acme');
});
afterAll(() => database.drop());

const read = (...args: string[]) => readCliJson(args, { databaseUrl: database.url });
const run = (...args: string[]) => runCli(args, { databaseUrl: database.url });

it('sets a cap for an account and one for an agent, and lists both', async () => {
  expect(await read('budget', 'set', 'acme', 'day', '50')).toMatchObject({
    kind: 'account',
    subject: '',
    period: 'day',
    zone: 'UTC',
    cap: '50',
    spent: '0',
    reserved: '0',
    endsAt: expect.stringMatching(/T00:00:00\.000Z$/),
  });
  await read(
    'budget',
    'set',
    'acme',
    'month',
    '400',
    '--agent',
    'digest',
    '--zone',
    'Europe/Vienna',
  );
  expect(await read('budget', 'list', 'acme')).toMatchObject({
    budgets: [{ kind: 'account' }, { kind: 'agent', subject: 'digest', zone: 'Europe/Vienna' }],
  });
  const { stdout } = await run('budget', 'list', 'acme');
  expect(stdout).toMatch(/^OF +PER +CAP +SPENT +RESERVED +ENDS\naccount +day \(UTC\) +50 +0 +0 /);
});

it('changes a cap when it is set again, and removes it', async () => {
  await read('budget', 'set', 'acme', 'month', '10', '--member', 'mo');
  expect(await read('budget', 'set', 'acme', 'month', '20', '--member', 'mo')).toMatchObject({
    cap: '20',
  });
  expect((await run('budget', 'remove', 'acme', 'month', '--member', 'mo')).status).toBe(0);
  expect((await run('budget', 'remove', 'acme', 'month', '--member', 'mo')).status).toBe(45);
});

it.each([
  ['an amount with too many decimals', ['set', 'acme', 'day', '1.2345678'], 'AMOUNT_INVALID'],
  ['a period that is none', ['set', 'acme', 'week', '1'], 'INPUT_INVALID'],
  ['two subjects', ['set', 'acme', 'day', '1', '--agent', 'a', '--member', 'b'], 'INPUT_INVALID'],
  ['a zone that is none', ['set', 'acme', 'day', '1', '--zone', 'Mars/Olympus'], 'INPUT_INVALID'],
  ['an account that is none', ['list', 'nobody'], 'ACCOUNT_UNKNOWN'],
])('refuses %s', async (_name, args, code) => {
  const { status, stderr } = await run('budget', ...args);
  expect(status).toBeGreaterThan(0);
  expect(stderr).toMatch(new RegExp(`^${code}: `));
});
