/**
 * A database of its own for every test file. The schema is migrated once per server and version of
 * the migrations into a template; each file clones the template, which takes about 50 ms, and drops
 * its clone at the end.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../ledger/migrate';
import { readTestDatabaseUrl } from './environment';

const MIGRATIONS = join(__dirname, '../../ledger/migrations');
/** Any number, as long as nothing else on the server locks by it. */
const TEMPLATE_LOCK = 741_852_963;

export interface TestDatabase {
  /** Connection string of the clone. */
  readonly url: string;
  /** Runs one statement on a connection of the test's own. */
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
  /** Closes the test's connection and drops the clone, whoever is still connected. */
  drop(): Promise<void>;
}

/** Clones the migrated template. Call it in `beforeAll`, and `drop` in `afterAll`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return cloneDatabase(await ensureTemplate());
}

/** A database without any schema, for tests of the migrations. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return cloneDatabase('template0');
}

/** The database of a server of the test's own; it goes when the server does. */
export async function useDatabase(url: string): Promise<TestDatabase> {
  await migrate(url);
  return {
    url,
    async query<Row extends object>(sql: string, values: readonly unknown[] = []) {
      // One connection each: the server may have been killed since the last one.
      const client = new Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query<Row>(sql, [...values])).rows;
      } finally {
        await client.end();
      }
    },
    drop: () => Promise.resolve(),
  };
}

async function cloneDatabase(template: string): Promise<TestDatabase> {
  const name = `tollgate_test_${randomUUID().replaceAll('-', '')}`;
  await onServer((server) => server.query(`create database ${name} template ${template}`));
  const url = urlOf(name);
  const client = new Client({ connectionString: url });
  // Tests that stop the server cut this connection too; their own query then reports it.
  client.on('error', () => undefined);
  await client.connect();
  return {
    url,
    async query<Row extends object>(sql: string, values: readonly unknown[] = []) {
      return (await client.query<Row>(sql, [...values])).rows;
    },
    async drop() {
      await client.end();
      await onServer((server) => server.query(`drop database if exists ${name} with (force)`));
    },
  };
}

async function ensureTemplate(): Promise<string> {
  const template = `tollgate_template_${digestMigrations()}`;
  await onServer(async (server) => {
    // Held until the connection ends: of several test processes, one migrates and the others wait.
    await server.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const found = await server.query('select 1 from pg_database where datname = $1', [template]);
    if (found.rowCount) return;
    const draft = `${template}_draft`;
    await server.query(`drop database if exists ${draft} with (force)`);
    await server.query(`create database ${draft} template template0`);
    await migrate(urlOf(draft));
    await server.query(`alter database ${draft} rename to ${template}`);
  });
  return template;
}

function digestMigrations(): string {
  const digest = createHash('sha256');
  for (const file of readdirSync(MIGRATIONS).sort())
    digest.update(file).update(readFileSync(join(MIGRATIONS, file)));
  return digest.digest('hex').slice(0, 12);
}

async function onServer(work: (server: Client) => Promise<unknown>): Promise<void> {
  const server = new Client({ connectionString: readTestDatabaseUrl() });
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(readTestDatabaseUrl());
  url.pathname = `/${database}`;
  return url.toString();
}
