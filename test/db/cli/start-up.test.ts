/** Promise: a command loads only what it works with; reading a balance needs no Temporal and no models. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { readCliJson } from './run-cli';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await readCliJson(['account', 'open', 'acme'], { databaseUrl: database.url });
});
afterAll(() => database.drop());

/** Names of the packages that a command has loaded by its end. */
async function listLoadedPackages(...args: string[]): Promise<ReadonlySet<string>> {
  const program = join(__dirname, '../../../dist/cli/main.js');
  const report = `process.on('exit', () => console.error(Object.keys(require.cache).join('\\n')));`;
  const script = `${report} process.argv.splice(1, 0, 'tollgate'); require(${JSON.stringify(program)});`;
  const { stderr } = await promisify(execFile)(process.execPath, ['-e', script, '--', ...args], {
    env: { PATH: process.env['PATH'], DATABASE_URL: database.url },
  });
  const names = stderr.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g);
  return new Set([...names].map(([, name]) => name ?? ''));
}

it('loads the parser and nothing else for help', async () => {
  expect(await listLoadedPackages('--help')).toEqual(new Set(['commander']));
});

it.each([
  ['balance', 'acme'],
  ['ledger', 'acme'],
  ['doctor', '--json'],
])('loads the database driver, but no Temporal, for %s', async (...args) => {
  const loaded = [...(await listLoadedPackages(...args))];
  expect(loaded).toContain('pg');
  expect(
    loaded.filter((name) => name.startsWith('@temporalio/') || name === 'ai' || name === 'zod'),
  ).toEqual([]);
});
