/**
 * Runs one PostgreSQL or one Temporal server for a test that will kill it: `start` starts it, again on
 * the same data and port after a crash. It ends with the program.
 */
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

const { service, folder } = readArgument<ServeArgument>();
let port: number | undefined;
let part: Part | undefined;

async function start(): Promise<string> {
  const options = { folder, progress: () => undefined, ...(port === undefined ? {} : { port }) };
  if (service === 'postgres') {
    const provided = await providePostgres(options);
    part = provided.part;
    return provided.databaseUrl;
  }
  const provided = await provideTemporal({
    ...options,
    databaseFile: join(folder, 'temporal', 'temporal.db'),
  });
  part = provided.part;
  return provided.address;
}

runProgram(async () => {
  onMessage('start', async () => {
    // The guard of a server that was killed must be gone before the next one.
    await part?.ended;
    // While it was gone, a connection of somebody else may have taken its port.
    const address = await (port === undefined
      ? start()
      : eventually(start, { what: `${service} on port ${port}`, deadlineMs: 60_000 }));
    port = Number(new URL(service === 'postgres' ? address : `http://${address}`).port);
    tell<Serving>({ kind: 'serving', address, pid: part?.pid ?? 0 });
  });
  return async () => part?.stop();
});
