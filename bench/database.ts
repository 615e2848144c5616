/**
 * A database of the bench's own, dropped at its end. Everything that is compared runs in one such
 * database with the same durability: a commit is answered only when it is on disk.
 */
import { Client } from 'pg';
import { openMeters, type ReadMeters } from './measure/meters';

export interface BenchDatabase {
  readonly url: string;
  readonly admin: Client;
  readonly readMeters: ReadMeters;
  drop(): Promise<void>;
}

async function createDatabase(serverUrl: string, label: string): Promise<BenchDatabase> {
  const name = `tollgate_bench_${label}_${process.pid}`;
  await runOnServer(
    serverUrl,
    `create database ${name}`,
    `alter database ${name} set synchronous_commit = on`,
  );
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const admin = new Client({ connectionString: url.href, application_name: 'tollgate-bench' });
  await admin.connect();
  const drop = async (): Promise<void> => {
    await admin.end();
    await runOnServer(serverUrl, `drop database if exists ${name} with (force)`);
  };
  try {
    await requireDurability(admin);
    return { url: url.href, admin, readMeters: await openMeters(admin), drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

/** Creates a database for as long as `use` needs it. */
export async function withDatabase<Result>(
  serverUrl: string,
  label: string,
  use: (database: BenchDatabase) => Promise<Result>,
): Promise<Result> {
  const database = await createDatabase(serverUrl, label);
  try {
    return await use(database);
  } finally {
    await database.drop();
  }
}

async function requireDurability(admin: Client): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    const { rows } = await admin.query<{ value: string }>(`select current_setting($1) as value`, [
      setting,
    ]);
    if (rows[0]?.value !== 'on')
      throw new Error(`${setting} is ${rows[0]?.value}: nothing measured here would be durable`);
  }
}

async function runOnServer(serverUrl: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
