/**
 * Reads, at one instant, what has been used so far: processor time of the server and of this process,
 * and write-ahead log. Two readings around a piece of work, divided by what was done, are its cost.
 */
import type { Client } from 'pg';
import { findPostmaster } from './find-server';
import { readProcesses, sumTree } from './processes';

export interface Reading {
  /** PostgreSQL with all its backends; null if the server is not on this machine. */
  readonly postgresMs: number | null;
  readonly nodeMs: number;
  /** Position of the write-ahead log in bytes. */
  readonly walBytes: number;
  /** Number of the next transaction that writes: their difference counts the writing ones exactly. */
  readonly transactions: number;
}

export type ReadMeters = () => Promise<Reading>;

export async function openMeters(admin: Client): Promise<ReadMeters> {
  const postmaster = await findPostmaster(admin);
  return async () => {
    const position = await readPosition(admin);
    const { user, system } = process.cpuUsage();
    const postgresMs = postmaster === null ? null : sumTree(readProcesses(), postmaster);
    return { ...position, postgresMs, nodeMs: (user + system) / 1000 };
  };
}

async function readPosition(admin: Client): Promise<Pick<Reading, 'walBytes' | 'transactions'>> {
  const { rows } = await admin.query<{ bytes: string; next: string }>(
    `select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes,
            pg_snapshot_xmax(pg_current_snapshot())::text as next`,
  );
  return { walBytes: Number(rows[0]?.bytes), transactions: Number(rows[0]?.next) };
}
