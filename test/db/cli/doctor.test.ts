/** Promise: the doctor says of each invariant whether it holds, and fails loudly when one does not. */
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { readCliJson, runCli } from './run-cli';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
  await readCliJson(['account', 'open', 'acme'], { databaseUrl: database.url });
});
afterEach(() => database.drop());

it('reports books that add up', async () => {
  const report = (await readCliJson(['doctor'], { databaseUrl: database.url })) as {
    checks: { ok: boolean; offenders: string[] }[];
  };
  expect(report).toMatchObject({ ok: true, accounts: 1, entries: 1, openReservations: 0 });
  expect(report.checks.length).toBeGreaterThan(3);
  expect(report.checks.every((check) => check.ok && check.offenders.length === 0)).toBe(true);
  const { stdout } = await runCli(['doctor'], { databaseUrl: database.url });
  expect(stdout).toMatch(/^ok {4}\S/);
  expect(stdout).toMatch(/\n\nThe books add up: 1 account, 1 entry, 0 open reservations\.\n$/);
});

it('names the offenders and ends with the status of INVARIANT_BROKEN', async () => {
  await database.query("update tollgate.accounts set balance = balance + 1 where name = 'acme'");
  const { status, stdout } = await runCli(['doctor'], { databaseUrl: database.url });
  expect(status).toBe(70);
  expect(stdout).toMatch(/^FAIL {2}\S.*\n {8}.*acme/m);
  expect(stdout).toMatch(/The books do NOT add up/);
  const json = await runCli(['doctor', '--json'], { databaseUrl: database.url });
  expect(json.status).toBe(70);
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: false });
});
