/**
 * Runs one PostgreSQL or one Temporal server for a test that will kill it: `start` starts it, again on
 * the same data and port after a crash. It ends with the program.
 */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Part } from '../../../dev/part';
import { providePostgres } from '../../../dev/postgres';
import { provideTemporal } from '../../../dev/temporal';
import { eventually } from '../eventually';
import { onMessage, readArgument, runProgram, tell } from '../in-program';
import type { Message } from '../program';

export interface ServeArgument {
  readonly service: 'postgres' | 'temporal';
  readonly folder: string;
}

export interface Serving extends Message {
  readonly kind: 'serving';
  /** Connection string of PostgreSQL, or `host:port` of Temporal. */
  readonly address: string;
  /** Of the server itself. */
  readonly pid: number;
}

/** Less than `program.receive` waits, so that the reason is told. */
const START_DEADLINE_MS = 30_000;

const { service, folder } = readArgument<ServeArgument>();
// Below the ports that a system hands out by itself: while the server is gone, none of them can be given to
// somebody else, nor a client that tries to reach the server be connected with itself.
const port = randomInt(10_000, 32_000);
let part: Part | undefined;

async function start(): Promise<string> {
  const options = { folder, progress: () => undefined, port };
  const provided =
    service === 'postgres'
      ? await providePostgres(options)
      : await provideTemporal({
          ...options,
          databaseFile: join(folder, 'temporal', 'temporal.db'),
        });
  part = provided.part;
  const address = 'databaseUrl' in provided ? provided.databaseUrl : provided.address;
  if (address.includes(`:${port}`)) return address;
  await part?.stop();
  throw new Error(`Port ${port} is taken.`);
}

runProgram(async () => {
  onMessage('start', async () => {
    // The guard of a server that was killed must be gone before the next one.
    await part?.ended;
    // PostgreSQL does not start while a process of the one before is left.
    const address = await eventually(start, { what: service, deadlineMs: START_DEADLINE_MS });
    tell<Serving>({ kind: 'serving', address, pid: part?.pid ?? 0 });
  });
  return async () => part?.stop();
});
