/**
 * The promise: a connection that is lost between two queries of a snapshot fails that snapshot in Tollgate's
 * words; the process goes on, and so does the next one who asks.
 */
import { openDatabase } from '../../../ledger/database';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';

let server: TestDatabase;
beforeAll(async () => (server = await createTestDatabase()));
afterAll(() => server.drop());

test('a snapshot whose connection is lost is refused, and the next one is read', async () => {
  const database = openDatabase(server.url, 1, undefined);
  const reading = database.snapshot(async ({ row, rows }) => {
    const { pid } = await row<{ pid: number }>('select pg_backend_pid() as pid');
    await server.query('select pg_terminate_backend($1)', [pid]);
    const session = 'select from pg_stat_activity where pid = $1';
    await eventually(async () => (await server.query(session, [pid])).length === 0);
    return rows('select 1');
  });
  await expect(reading).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  expect(await database.snapshot(({ rows }) => rows('select 1 as one'))).toEqual([{ one: 1 }]);
  await database.close();
});
