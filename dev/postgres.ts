/**
 * Provides PostgreSQL: the one of `DATABASE_URL`, or an embedded one on a free loopback port whose data
 * stay in `<folder>/postgres` until somebody deletes that folder. It is as durable as any PostgreSQL
 * unless the caller asks for other settings.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findFreePort, LOOPBACK } from './free-port';
import { describeFailure, logFileIn, type Part, startProgram } from './part';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries';
import { choosePostgresUser, launchAs, type PostgresUser } from './postgres-user';
import type { Progress } from './progress';
import { cannotStart, postgresUnavailable, reasonOf } from './refusals';

const NAME = 'PostgreSQL';
const DATABASE = 'tollgate';
const USER = 'tollgate';
const READY_DEADLINE_MS = 60_000;
const READY_POLL_MS = 50;
const STOP_GRACE_MS = 15_000;
/** SQLSTATE of `create database` for one that exists. */
const DUPLICATE_DATABASE = '42P04';

export interface PostgresOptions {
  /** Use this one and start nothing. */
  readonly databaseUrl?: string;
  /** Where the data and the log go. */
  readonly folder: string;
  /** Take this port where it is free, so that a server that comes back is found again. */
  readonly port?: number;
  /** Server settings beyond the defaults, such as `fsync: 'off'` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly progress: Progress;
}

export interface ProvidedPostgres {
  readonly databaseUrl: string;
  /** Absent when it is not ours. */
  readonly part?: Part;
}

export async function providePostgres(options: PostgresOptions): Promise<ProvidedPostgres> {
  if (options.databaseUrl) {
    await checkGiven(options.databaseUrl);
    return { databaseUrl: options.databaseUrl };
  }
  const binaries = findPostgresBinaries();
  const user = choosePostgresUser();
  const dataFolder = join(options.folder, 'postgres');
  refuseWhenInUse(dataFolder);
  if (!existsSync(join(dataFolder, 'PG_VERSION'))) {
    options.progress('preparing a PostgreSQL (first start in this folder) …');
    await initialise(binaries, dataFolder, user);
  }
  options.progress('starting PostgreSQL …');
  const password = readFileSync(passwordFile(dataFolder), 'utf8').trim();
  const port = await findFreePort(options.port);
  const part = await startServer({ binaries, user, dataFolder, port, options });
  const urlOf = (database: string): string =>
    `postgres://${USER}:${password}@${LOOPBACK}:${port}/${database}`;
  try {
    await waitUntilReady(urlOf('postgres'), part);
    await createDatabase(urlOf('postgres'));
  } catch (error) {
    await part.stop();
    throw error;
  }
  return { databaseUrl: urlOf(DATABASE), part };
}

async function checkGiven(databaseUrl: string): Promise<void> {
  try {
    await query(databaseUrl, 'select 1');
  } catch (cause) {
    throw postgresUnavailable(
      `The PostgreSQL of DATABASE_URL does not answer (${reasonOf(cause)}). ` +
        'Start it, correct DATABASE_URL, or unset it to use an embedded one.',
      cause,
    );
  }
}

async function initialise(
  binaries: PostgresBinaries,
  dataFolder: string,
  user: PostgresUser | undefined,
): Promise<void> {
  // What an interrupted first start left is of no use, and initdb wants an empty folder.
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const secret = passwordFile(dataFolder);
  writeFileSync(secret, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  if (user) for (const path of [dataFolder, secret]) chownSync(path, user.uid, user.gid);
  const args = [
    `--pgdata=${dataFolder}`,
    `--username=${USER}`,
    `--pwfile=${secret}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    // The first start would otherwise wait for the disk once per file of the empty cluster.
    '--no-sync',
  ];
  const launch = launchAs(user, binaries.initdb, args, [dataFolder, binaries.folder]);
  try {
    await promisify(execFile)(launch.command, [...launch.args], { cwd: '/', ...launch.user });
  } catch (cause) {
    throw postgresUnavailable(`PostgreSQL cannot be prepared: ${reasonOf(cause)}`, cause);
  }
}

/** Beside the data, because initdb wants their folder empty. */
function passwordFile(dataFolder: string): string {
  return `${dataFolder}.password`;
}

async function startServer(server: {
  readonly binaries: PostgresBinaries;
  readonly user: PostgresUser | undefined;
  readonly dataFolder: string;
  readonly port: number;
  readonly options: PostgresOptions;
}): Promise<Part> {
  const { binaries, user, dataFolder, port, options } = server;
  const settings: Record<string, string> = {
    listen_addresses: LOOPBACK,
    port: String(port),
    // A socket would need a short path that the server's user may write to; loopback is enough.
    unix_socket_directories: '',
    max_connections: '200',
    ...options.settings,
  };
  const args = [
    '-D',
    dataFolder,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const launch = launchAs(user, binaries.postgres, args, [dataFolder, binaries.folder]);
  return startProgram(NAME, {
    ...launch,
    cwd: '/',
    env: { LC_ALL: 'C' },
    logFile: logFileIn(options.folder, 'postgres'),
    // PostgreSQL's fast shutdown: it ends open sessions instead of waiting for them.
    stopSignal: 'SIGINT',
    graceMs: STOP_GRACE_MS,
  });
}

function refuseWhenInUse(dataFolder: string): void {
  const lock = join(dataFolder, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  try {
    process.kill(pid, 0);
  } catch {
    // Left by a server that was killed; PostgreSQL clears it itself.
    return;
  }
  throw cannotStart(
    `PostgreSQL already runs on ${dataFolder} (process ${pid}): another start in this folder is up. ` +
      'Stop that one, or start in another folder.',
  );
}

async function waitUntilReady(databaseUrl: string, part: Part): Promise<void> {
  let ended: string | undefined;
  void part.ended.then((how) => (ended = how));
  const deadline = Date.now() + READY_DEADLINE_MS;
  for (;;) {
    try {
      await query(databaseUrl, 'select 1');
      return;
    } catch (error) {
      if (ended !== undefined) {
        throw postgresUnavailable(describeFailure(NAME, ended, part.logFile));
      }
      if (Date.now() > deadline) {
        throw postgresUnavailable(`PostgreSQL does not get ready: ${reasonOf(error)}`, error);
      }
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
  }
}

async function createDatabase(serverUrl: string): Promise<void> {
  try {
    await query(serverUrl, `create database ${DATABASE}`);
  } catch (error) {
    const exists =
      typeof error === 'object' &&
      error !== null &&
      'code' in error &&
      error.code === DUPLICATE_DATABASE;
    if (!exists) throw error;
  }
}

async function query(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
