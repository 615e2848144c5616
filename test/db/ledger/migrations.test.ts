/**
 * Migrating is safe to repeat and to race, and a program refuses a schema it does not understand.
 */
import { migrate } from '../../../ledger/migrate';
import { openLedger } from '../../../ledger/open-ledger';
import { createEmptyDatabase, type TestDatabase } from '../../support/database';

let database: TestDatabase;
beforeEach(async () => (database = await createEmptyDatabase()));
afterEach(() => database.drop());

test('a second migration has nothing to do', async () => {
  const first = await migrate(database.url);
  expect(first.applied.length).toBe(first.schemaVersion);
  expect((await migrate(database.url)).applied).toEqual([]);
});

test('of twenty migrations at once, each step is applied by exactly one', async () => {
  const results = await Promise.all(Array.from({ length: 20 }, () => migrate(database.url)));
  const applied = results.flatMap((result) => result.applied);
  expect(applied.length).toBe(new Set(applied).size);
  expect(applied.length).toBe(results[0]?.schemaVersion);
});

test('a ledger does not open on a database that was never migrated', async () => {
  await expect(openLedger({ connectionString: database.url })).rejects.toMatchObject({
    code: 'SCHEMA_MISSING',
  });
});

test('a ledger does not open on a newer breaking schema, and does on a newer compatible one', async () => {
  await migrate(database.url);
  const newer = (id: number, breaking: boolean): string =>
    `insert into tollgate.migrations (id, name, checksum, breaking) values (${id}, 'newer-${id}', '', ${breaking})`;
  await database.query(newer(900, false));
  const ledger = await openLedger({ connectionString: database.url });
  await ledger.close();
  await database.query(newer(901, true));
  await expect(openLedger({ connectionString: database.url })).rejects.toMatchObject({
    code: 'SCHEMA_TOO_NEW',
  });
  await expect(migrate(database.url)).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' });
});

test('an applied migration that was edited is refused', async () => {
  await migrate(database.url);
  await database.query(`update tollgate.migrations set checksum = 'another' where id = 1`);
  await expect(migrate(database.url)).rejects.toMatchObject({ code: 'SCHEMA_CHANGED' });
});

test('a ledger that cannot be reached is unavailable, which is retried', async () => {
  await expect(
    openLedger({ connectionString: 'postgres://nobody@127.0.0.1:9/none' }),
  ).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
});

test('a ledger does not open where a commit may be lost in a crash', async () => {
  await migrate(database.url);
  const url = new URL(database.url);
  url.searchParams.set('options', '-c synchronous_commit=off');
  await expect(openLedger({ connectionString: url.toString() })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
});
