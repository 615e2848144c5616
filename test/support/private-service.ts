/**
 * A PostgreSQL or a Temporal server of a test's own, to be killed and brought back on its data and its
 * port. PostgreSQL is as durable as in earnest. `endPrograms` (program.ts) ends what is left.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startProgram } from './program';
import type { ServeArgument, Serving } from './programs/serve';

const PROGRAM = require.resolve('./programs/serve');

export interface PrivateService {
  /** Connection string of PostgreSQL, or `host:port` of Temporal. The same after every restart. */
  readonly address: string;
  /** Kills the server and all of its processes at once, as a power cut would. */
  crash(): Promise<void>;
  /** Brings it back after a crash. */
  restart(): Promise<void>;
  /** Both. Whoever asks while it is under way has to wait: it can be killed once at a time. */
  crashAndRestart(): Promise<void>;
  /** Rejects with the reason when `crashAndRestart` cannot bring it back: a caller under test may swallow that. */
  readonly failed: Promise<never>;
  /** Stops it and deletes its data. */
  close(): Promise<void>;
}

export async function startPrivateService(
  service: ServeArgument['service'],
): Promise<PrivateService> {
  const folder = mkdtempSync(join(tmpdir(), `tollgate-crash-${service}-`));
  // PostgreSQL runs as another user when the tests run as root.
  chmodSync(folder, 0o755);
  const argument: ServeArgument = { service, folder };
  const program = startProgram(PROGRAM, argument);
  let pid = 0;
  const start = async (): Promise<string> => {
    program.send({ kind: 'start' });
    const serving = await program.receive<Serving>('serving');
    pid = serving.pid;
    return serving.address;
  };
  const address = await start();
  const crash = async (): Promise<void> => {
    const others = service === 'postgres' ? await listBackends(address) : [];
    for (const one of [pid, ...others]) kill(one);
  };
  const restart = async (): Promise<void> => {
    const again = await start();
    if (again !== address) throw new Error(`${service} came back elsewhere: ${again}`);
  };
  let turn = Promise.resolve();
  let fail: (reason: unknown) => void;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  // Whoever waits for it gets the rejection.
  failed.catch(() => undefined);
  return {
    address,
    crash,
    restart,
    crashAndRestart() {
      turn = turn.then(crash).then(restart);
      turn.catch((reason: unknown) => fail(reason));
      return turn;
    },
    failed,
    async close() {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Without its postmaster, a backend would finish its statement; in a power cut it would not. */
async function listBackends(databaseUrl: string): Promise<number[]> {
  const client = new Client({ connectionString: databaseUrl });
  // Its own backend is among those that are killed.
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pid from pg_stat_activity');
  client.end().catch(() => undefined);
  return rows.map(({ pid }) => pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
