/**
 * Finds the process of a server, so that its processor time can be read. A server on another machine
 * (or behind a proxy) has none here: the answer is null and its figures are left out.
 */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Client } from 'pg';
import { readProcess } from './processes';

/** PostgreSQL's first process: the parent of the backend that answers us. */
export async function findPostmaster(admin: Client): Promise<number | null> {
  const { rows } = await admin.query<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = rows[0]?.pid;
  if (pid === undefined || !readCommand(pid).includes('postgres')) return null;
  return readProcess(pid)?.parent ?? null;
}

/** The process that listens on a loopback `host:port`. */
export function findListener(address: string): number | null {
  const { hostname, port } = new URL(`tcp://${address}`);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return null;
  const sockets = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
      parseListeners(readText(file), Number(port)),
    ),
  );
  return sockets.size === 0 ? null : findOwner(sockets);
}

/** Inodes of the sockets in LISTEN state (0A) on a port, from the text of /proc/net/tcp. */
export function parseListeners(text: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === '0A')
    .flatMap((fields) => fields[9] ?? []);
}

function findOwner(inodes: ReadonlySet<string>): number | null {
  for (const pid of listNames('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of listNames(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined && inodes.has(inode)) return Number(pid);
    }
  }
  return null;
}

function readCommand(pid: number): string {
  return readText(`/proc/${pid}/cmdline`);
}

// A process may end, or belong to somebody else, between two looks: then it has nothing to tell.
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readLink(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
