/**
 * PostgreSQL refuses to run as root. When the run-time is root (a container, a build machine), it
 * runs PostgreSQL as the user `postgres`, or `nobody` where there is none, without changing the machine.
 * That user must be able to reach the data and the program; where a folder on the way is closed to
 * others (/root, a private temporary folder), `setpriv` leaves the process the right to pass.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly user?: PostgresUser;
}

const CANDIDATES = ['postgres', 'nobody'];
const SEARCH_BY_OTHERS = 0o001;

/** Whom to run PostgreSQL as; undefined means as whoever runs this. */
export function choosePostgresUser(): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of CANDIDATES) {
    const row = rows.find(([found]) => found === name);
    if (row) return { uid: Number(row[2]), gid: Number(row[3]) };
  }
  throw new Error(
    'PostgreSQL does not run as root, and this machine has no user `postgres` or `nobody`. ' +
      'Run this as another user, or set DATABASE_URL.',
  );
}

/** How to start a program of PostgreSQL as that user, given the folders it must reach. */
export function launchAs(
  user: PostgresUser | undefined,
  command: string,
  args: readonly string[],
  folders: readonly string[],
): Launch {
  if (!user) return { command, args };
  const closed = folders.flatMap(listParents).find((folder) => !isOpenToOthers(folder));
  if (closed === undefined) return { command, args, user };
  requireSetpriv(closed);
  const rights = '+dac_override';
  const ids = ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'];
  const caps = ['--inh-caps', rights, '--ambient-caps', rights];
  // initdb asks access(2) about its own files, which counts rights like these only with this bit.
  const bits = ['--securebits', '+no_setuid_fixup'];
  return { command: 'setpriv', args: [...ids, ...bits, ...caps, command, ...args] };
}

function listParents(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [] : [parent, ...listParents(parent)];
}

function isOpenToOthers(folder: string): boolean {
  return (statSync(folder).mode & SEARCH_BY_OTHERS) !== 0;
}

function requireSetpriv(closed: string): void {
  try {
    execFileSync('setpriv', ['--version'], { stdio: 'ignore' });
  } catch (cause) {
    throw new Error(
      `PostgreSQL does not run as root, and other users cannot enter ${closed}. ` +
        'Work in a folder they can enter, run this as another user, or set DATABASE_URL.',
      { cause },
    );
  }
}
