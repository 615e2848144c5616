/**
 * The gate that one writes first: an explicit transaction for the reserve and one for the settle, a
 * round trip for each statement (begin, lock, insert, update, insert, commit).
 */
import { randomUUID } from 'node:crypto';
import type { Client, Pool, PoolClient, QueryArrayResult } from 'pg';

const RESERVED = 1_000_000;
const CHARGED = 750_000;

export async function createNaiveTables(admin: Client, accounts: number): Promise<void> {
  await admin.query(`
    create table naive_account (id integer primary key, available bigint not null check (available >= 0),
      reserved bigint not null default 0) with (fillfactor = 50);
    create table naive_reservation (key uuid primary key, account integer not null references naive_account,
      amount bigint not null, charged bigint) with (fillfactor = 50);
    create table naive_entry (id bigint generated always as identity primary key,
      account integer not null references naive_account, key uuid not null, amount bigint not null,
      available bigint not null, at timestamptz not null default now());
    create index on naive_entry (account, id);`);
  await admin.query(
    'insert into naive_account select i, 1e15 from generate_series(1, $1::integer) i',
    [accounts],
  );
  await admin.query('vacuum analyze naive_account');
}

export function createNaivePairs(pool: Pool, accounts: number): () => Promise<void> {
  return async () => {
    const account = 1 + Math.floor(Math.random() * accounts);
    const key = randomUUID();
    await inTransaction(pool, (client) => reserve(client, account, key));
    await inTransaction(pool, (client) => settle(client, account, key));
  };
}

const LOCK = prepare('naive-lock', 'select available from naive_account where id = $1 for update');
const INSERT = prepare(
  'naive-insert',
  'insert into naive_reservation (key, account, amount) values ($1, $2, $3)',
);
const CLOSE = prepare('naive-close', 'update naive_reservation set charged = $2 where key = $1');
const MOVE = prepare(
  'naive-move',
  'update naive_account set available = available + $2, reserved = reserved + $3 where id = $1',
);
const ENTER = prepare(
  'naive-enter',
  'insert into naive_entry (account, key, amount, available) values ($1, $2, $3, $4)',
);

async function reserve(client: PoolClient, account: number, key: string): Promise<void> {
  const available = await lock(client, account);
  if (available < RESERVED) throw new Error('the naive gate ran out of credits');
  await INSERT(client, [key, account, RESERVED]);
  await MOVE(client, [account, -RESERVED, RESERVED]);
  await ENTER(client, [account, key, -RESERVED, available - RESERVED]);
}

async function settle(client: PoolClient, account: number, key: string): Promise<void> {
  const available = await lock(client, account);
  const returned = RESERVED - CHARGED;
  await CLOSE(client, [key, CHARGED]);
  await MOVE(client, [account, returned, -RESERVED]);
  await ENTER(client, [account, key, returned, available + returned]);
}

async function lock(client: PoolClient, account: number): Promise<number> {
  const { rows } = await LOCK(client, [account]);
  return Number(rows[0]?.[0]);
}

type Ask = (
  client: PoolClient,
  values: (string | number)[],
) => Promise<QueryArrayResult<unknown[]>>;

/** A statement that each connection prepares once. */
function prepare(name: string, text: string): Ask {
  return (client, values) => client.query<unknown[]>({ name, text, values, rowMode: 'array' });
}

async function inTransaction(
  pool: Pool,
  work: (client: PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await work(client);
    await client.query('commit');
    client.release();
  } catch (error) {
    // The connection goes with its open transaction.
    client.release(true);
    throw error;
  }
}
