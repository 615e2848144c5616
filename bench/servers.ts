/**
 * The servers under the bench: those of the environment, or a PostgreSQL and an in-memory Temporal of
 * its own, in a folder of its own so that a running `npm start` is not in the way.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { printProgress } from '../dev/progress';
import { providePostgres } from '../dev/postgres';
import { DATA_FOLDER, stopParts } from '../dev/services';
import { provideTemporal } from '../dev/temporal';

export interface Servers {
  readonly databaseUrl: string;
  /** Absent when no part needs it. */
  readonly temporal?: { readonly address: string; readonly namespace: string };
  stop(): Promise<void>;
}

export interface GivenServers {
  readonly databaseUrl?: string | undefined;
  readonly temporalAddress?: string | undefined;
  readonly temporalNamespace?: string | undefined;
}

/** Room for the load of three million entries between two checkpoints; durability stays as it is. */
const POSTGRES_SETTINGS = {
  shared_buffers: '512MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
};

export async function provideServers(given: GivenServers, withTemporal: boolean): Promise<Servers> {
  const folder = join(process.cwd(), DATA_FOLDER, 'bench');
  mkdirSync(folder, { recursive: true });
  const common = { folder, progress: printProgress };
  const { databaseUrl: url, temporalAddress: address, temporalNamespace: namespace } = given;
  const postgres = await providePostgres({
    ...common,
    settings: POSTGRES_SETTINGS,
    ...(url ? { databaseUrl: url } : {}),
  });
  const parts = postgres.part ? [postgres.part] : [];
  const { databaseUrl } = postgres;
  if (!withTemporal) return { databaseUrl, stop: () => stopParts(parts) };
  try {
    const temporal = await provideTemporal({
      ...common,
      ...(address ? { address } : {}),
      ...(namespace ? { namespace } : {}),
    });
    if (temporal.part) parts.push(temporal.part);
    return { databaseUrl, temporal, stop: () => stopParts(parts) };
  } catch (error) {
    await stopParts(parts);
    throw error;
  }
}
