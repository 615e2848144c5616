/**
 * Everything of the ledger that is not on the hot path asks through this: a small pool, PostgreSQL's
 * errors in Tollgate's words, 64-bit numbers as `bigint`.
 */
import { Pool, types, type QueryResultRow } from 'pg';
import { asLedgerError } from './faults';

const INT8 = 20;

export interface Database {
  rows<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The first row; a query that must give one and does not is a bug. */
  row<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row>;
  /** Runs several queries on one read-only snapshot of the books. */
  snapshot<Result>(
    read: (database: Pick<Database, 'rows' | 'row'>) => Promise<Result>,
  ): Promise<Result>;
  /** The time to go by, as an argument for SQL; null lets the database's clock decide. */
  now(): string | null;
  close(): Promise<void>;
}

export function openDatabase(
  connectionString: string,
  poolSize: number,
  now: (() => Date) | undefined,
): Database {
  const pool = new Pool({ connectionString, max: poolSize, types: { getTypeParser } });
  // A connection that breaks while nothing is asked is replaced at the next query, which reports what is wrong.
  const ignore = (): void => undefined;
  pool.on('error', ignore);
  // The pool itself listens only to those that it has not lent out.
  pool.on('connect', (client) => void client.on('error', ignore));

  const asking = (source: Pick<Pool, 'query'>): Pick<Database, 'rows' | 'row'> => {
    async function rows<Row extends QueryResultRow>(
      text: string,
      values: readonly unknown[] = [],
    ): Promise<Row[]> {
      try {
        return (await source.query<Row>(text, [...values])).rows;
      } catch (error) {
        throw asLedgerError(error);
      }
    }
    async function row<Row extends QueryResultRow>(
      text: string,
      values: readonly unknown[] = [],
    ): Promise<Row> {
      const [first] = await rows<Row>(text, values);
      if (!first) throw new Error(`no row came back from: ${text}`);
      return first;
    }
    return { rows, row };
  };

  async function snapshot<Result>(
    read: (database: Pick<Database, 'rows' | 'row'>) => Promise<Result>,
  ): Promise<Result> {
    const client = await pool.connect().catch((error: unknown) => {
      throw asLedgerError(error);
    });
    try {
      await client.query('begin isolation level repeatable read, read only');
      const result = await read(asking(client));
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw asLedgerError(error);
    }
  }

  return {
    ...asking(pool),
    snapshot,
    now: () => now?.().toISOString() ?? null,
    close: () => pool.end(),
  };
}

const getTypeParser: typeof types.getTypeParser = ((oid: number, format: 'text') =>
  oid === INT8 ? BigInt : types.getTypeParser(oid, format)) as typeof types.getTypeParser; // overloads differ in `format` only
