/**
 * The yardstick: commits a second of a one-row update, by PostgreSQL's own pgbench. Where that program
 * is not installed, the same statement goes through `pg` and the report says so.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { percentile } from '../measure/median';
import type { Sample } from '../measure/sample';
import { MANY_ACCOUNTS } from '../plan';

const run = promisify(execFile);

/** Share of transactions whose latency is written down: enough for percentiles, too few to slow it. */
const LOGGED_SHARE = 0.1;
/** Threads that drive the clients; more only take processors from the server. */
const MOST_THREADS = 2;

export interface UpdateLoad {
  readonly rows: 'one' | 'many';
  readonly clients: number;
}

export const UPDATE_ROW = 'update bench_rows set n = n + 1 where id = $1';

export async function createRows(admin: Client): Promise<void> {
  await admin.query(
    'create table bench_rows (id integer primary key, n bigint not null) with (fillfactor = 50)',
  );
  await admin.query('insert into bench_rows select i, 0 from generate_series(1, $1::integer) i', [
    MANY_ACCOUNTS,
  ]);
  await admin.query('vacuum analyze bench_rows');
}

export async function hasPgbench(): Promise<boolean> {
  return run('pgbench', ['--version']).then(
    () => true,
    () => false,
  );
}

export async function runPgbench(
  url: string,
  load: UpdateLoad,
  measureMs: number,
): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-pgbench-'));
  try {
    const script = join(folder, 'update.sql');
    const id = load.rows === 'one' ? '\\set id 1' : `\\set id random(1, ${MANY_ACCOUNTS})`;
    await writeFile(script, `${id}\n${UPDATE_ROW.replace('$1', ':id')};\n`);
    const { clients } = load;
    const seconds = Math.max(1, Math.round(measureMs / 1000));
    const { stdout } = await run('pgbench', [
      ...[
        '--no-vacuum',
        '--protocol=prepared',
        `--client=${clients}`,
        `--jobs=${Math.min(clients, MOST_THREADS)}`,
      ],
      ...[`--time=${seconds}`, `--file=${script}`, '--log', `--log-prefix=${join(folder, 'log')}`],
      ...[`--sampling-rate=${LOGGED_SHARE}`, url],
    ]);
    return readReport(stdout, await readLatencies(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes pgbench's own figures from what it printed. */
export function readReport(text: string, latenciesMs: readonly number[]): Sample {
  const perSecond = Number(/^tps = ([\d.]+)/m.exec(text)?.[1]);
  const operations = Number(/^number of transactions actually processed: (\d+)/m.exec(text)?.[1]);
  if (!(perSecond > 0) || !(operations > 0)) throw new Error(`pgbench printed no rate:\n${text}`);
  return {
    operations,
    perSecond,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    postgresCpuUs: null,
    nodeCpuUs: null,
    walBytes: null,
    transactions: null,
  };
}

/** Milliseconds of each logged transaction: the third column of pgbench's log, in microseconds. */
async function readLatencies(folder: string): Promise<readonly number[]> {
  const logs = (await readdir(folder)).filter((name) => name.startsWith('log'));
  const texts = await Promise.all(logs.map((name) => readFile(join(folder, name), 'utf8')));
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line !== '')
    .map((line) => Number(line.split(' ')[2]) / 1000);
}
