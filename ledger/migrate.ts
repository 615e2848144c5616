/**
 * Brings a database up to this program's schema. Migrations are the numbered `.sql` files beside this
 * one: they only go forward, run in one transaction each, and are never edited once released (their
 * checksum is kept). A file that says `--! breaking` cannot be used by older programs: those refuse.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { TollgateError } from '../core/contract/errors';
import type { Database } from './database';
import { asLedgerError } from './faults';

/** Any number, the same in every program that migrates: only one of them runs at a time. */
const MIGRATION_LOCK = 7_061_737_033;

interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
  readonly breaking: boolean;
  readonly checksum: string;
}

export interface Migrated {
  /** Names of the migrations that this call applied; empty when there was nothing to do. */
  readonly applied: readonly string[];
  readonly schemaVersion: number;
}

/** Applies what is missing. Safe to call from many processes at once. */
export async function migrate(connectionString: string): Promise<Migrated> {
  const migrations = await readMigrations();
  const client = new Client({ connectionString });
  // One that breaks between two statements is told of by the next.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(`create schema if not exists tollgate;
      create table if not exists tollgate.migrations (
        id integer primary key, name text not null, checksum text not null, breaking boolean not null,
        applied_at timestamptz not null default now())`);
    const { rows: done } = await client.query<AppliedRow>(APPLIED);
    refuseForeignSchema(migrations, done);
    const missing = migrations.filter((migration) => !done.some((row) => row.id === migration.id));
    for (const migration of missing) await apply(client, migration);
    return {
      applied: missing.map((migration) => migration.name),
      schemaVersion: migrations.length,
    };
  } catch (error) {
    throw asLedgerError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @throws SCHEMA_MISSING, SCHEMA_TOO_NEW, SCHEMA_CHANGED */
export async function checkSchema(database: Pick<Database, 'rows' | 'row'>): Promise<void> {
  const migrations = await readMigrations();
  const { present } = await database.row<{ present: boolean }>(
    `select to_regclass('tollgate.migrations') is not null as present`,
  );
  const done = present ? await database.rows<AppliedRow>(APPLIED) : [];
  refuseForeignSchema(migrations, done);
  const missing = migrations.filter((migration) => !done.some((row) => row.id === migration.id));
  if (missing.length > 0) {
    throw new TollgateError('SCHEMA_MISSING', {
      missing: missing.map(({ name }) => name).join(' '),
    });
  }
}

interface AppliedRow {
  readonly id: number;
  readonly name: string;
  readonly checksum: string;
  readonly breaking: boolean;
}

const APPLIED = 'select id, name, checksum, breaking from tollgate.migrations order by id';

function refuseForeignSchema(known: readonly Migration[], done: readonly AppliedRow[]): void {
  for (const row of done) {
    const migration = known.find(({ id }) => id === row.id);
    if (!migration) {
      if (row.breaking) throw new TollgateError('SCHEMA_TOO_NEW', { migration: row.name });
    } else if (migration.checksum !== row.checksum) {
      throw new TollgateError('SCHEMA_CHANGED', { migration: row.name });
    }
  }
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(
      'insert into tollgate.migrations (id, name, checksum, breaking) values ($1, $2, $3, $4)',
      [migration.id, migration.name, migration.checksum, migration.breaking],
    );
    await client.query(migration.sql);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function readMigrations(): Promise<readonly Migration[]> {
  const folder = join(__dirname, 'migrations');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      return {
        id: Number(name.slice(0, 6)),
        name,
        sql,
        breaking: /^--! breaking$/m.test(sql),
        checksum: createHash('sha256').update(sql).digest('hex'),
      };
    }),
  );
}
