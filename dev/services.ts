/**
 * The services that everything else stands on: PostgreSQL and Temporal, given or provided. Used by
 * `tollgate dev`, `tollgate demo`, the tests and the benchmark.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeFailure, type Part } from './part';
import { providePostgres } from './postgres';
import { type Progress, printProgress } from './progress';
import { provideTemporal, type ProvidedTemporal } from './temporal';

/** Under the current folder; deleting it forgets everything. */
export const DATA_FOLDER = '.tollgate';

export interface ServicesOptions {
  /** Data and logs of what is provided. Default: `.tollgate` in the current folder. */
  readonly folder?: string;
  /** A PostgreSQL to use instead of an embedded one. */
  readonly databaseUrl?: string;
  /** A Temporal server to use instead of a development server. */
  readonly temporalAddress?: string;
  readonly temporalNamespace?: string;
  /** Settings of an embedded PostgreSQL. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** Keep Temporal's state in the folder too. Default: in memory. */
  readonly keepTemporal?: boolean;
  /** Take Temporal's usual ports where they are free. */
  readonly usualPorts?: boolean;
  /** Default: lines on stderr. */
  readonly progress?: Progress;
}

export interface Services {
  readonly databaseUrl: string;
  readonly temporal: ProvidedTemporal;
  /** What was started, in that order; empty when both were given. */
  readonly parts: readonly Part[];
  /** Stops what was started, last first. */
  stop(): Promise<void>;
}

export async function startServices(options: ServicesOptions = {}): Promise<Services> {
  const { progress = printProgress } = options;
  const folder = resolve(options.folder ?? DATA_FOLDER);
  mkdirSync(folder, { recursive: true });
  const postgres = await providePostgres({
    folder,
    progress,
    ...(options.databaseUrl ? { databaseUrl: options.databaseUrl } : {}),
    ...(options.postgresSettings ? { settings: options.postgresSettings } : {}),
  });
  const started = postgres.part ? [postgres.part] : [];
  try {
    const temporal = await provideTemporal({
      folder,
      progress,
      ...(options.temporalAddress ? { address: options.temporalAddress } : {}),
      ...(options.temporalNamespace ? { namespace: options.temporalNamespace } : {}),
      ...(options.keepTemporal ? { databaseFile: join(folder, 'temporal', 'temporal.db') } : {}),
      ...(options.usualPorts ? { usualPorts: true } : {}),
    });
    const parts = temporal.part ? [...started, temporal.part] : started;
    return { databaseUrl: postgres.databaseUrl, temporal, parts, stop: () => stopParts(parts) };
  } catch (error) {
    await stopParts(started);
    throw error;
  }
}

/** Last started, first stopped: what stands on another part goes before it. */
export async function stopParts(parts: readonly Part[]): Promise<void> {
  for (const part of [...parts].reverse()) await part.stop();
}

/** Resolves when any part ends, with the sentence for people. */
export async function watchParts(parts: readonly Part[]): Promise<string> {
  return Promise.race(
    parts.map(async (part) => describeFailure(part.name, await part.ended, part.logFile)),
  );
}
