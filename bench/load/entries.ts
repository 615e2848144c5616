/**
 * Fills a ledger with a past: settled blocks of many runs over all accounts, written as the gate would
 * have written them, so that every invariant of `doctor` still holds. Written straight into the tables,
 * because three million pairs would take minutes.
 */
import { Client } from 'pg';
import { BLOCKS_PER_RUN } from '../ledger/requests';

const RESERVED = 1_000_000;
const CHARGED = 750_000;
/** One run began each so many milliseconds, from this moment on. */
const FIRST_RUN_AT = Date.UTC(2026, 0, 1);
const RUN_EVERY_MS = 5_000;

/** Adds so many entries, the same number to each account that is open; fewer than one run adds none. */
export async function loadEntries(
  connectionString: string,
  accounts: number,
  entries: number,
): Promise<void> {
  const runs = Math.floor(entries / (accounts * BLOCKS_PER_RUN)) * accounts;
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(LOAD_RUNS, [runs, accounts, FIRST_RUN_AT, RUN_EVERY_MS]);
    await client.query(LOAD_ENTRIES, [accounts, BLOCKS_PER_RUN, RESERVED, CHARGED]);
    await client.query(BOOK, [runs / accounts, BLOCKS_PER_RUN, CHARGED]);
    await client.query('commit');
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** Runs begin one after the other, each on the next account; their keys begin with the time. */
const LOAD_RUNS = `
  with numbered as (
    select i, 1 + i % $2::integer as account, $3::bigint + i::bigint * $4::bigint as ms
      from generate_series(0, $1::integer - 1) i
  )
  insert into tollgate.runs (id, account, started_at, agent, workflow_id, workflow_run_id, scope)
  select (lpad(to_hex(ms), 12, '0') || substr(md5(i::text), 1, 20))::uuid, account, to_timestamp(ms / 1000.0),
         'bench', 'past-' || i, md5(i::text)::uuid, md5(i::text)::uuid
    from numbered`;

/** Each run's blocks follow the account's last entry, charged to the grant that burns. */
const LOAD_ENTRIES = `
  with price as (
    insert into tollgate.prices (block, version, rule, digest)
    values ('ai_text_generator', 'past', '{"kind":"fixed","credits":"1"}', md5('past')::uuid) returning id
  ), numbered as (
    select r.id as run, r.account, r.started_at,
           ((row_number() over (order by r.id) - 1) / $1::bigint) * $2::bigint as before
      from tollgate.runs r
  )
  insert into tollgate.entries (run, account, seq, call, at, amount, balance, reserved, returned, grant_id, kind, price, nth)
  select n.run, n.account, a.seq + n.before + nth, hashtextextended('call' || nth, 0),
         n.started_at + nth * interval '100 milliseconds', -$4::bigint,
         a.balance - (n.before + nth) * $4::bigint, $3::bigint, $3::bigint - $4::bigint, a.head, 'settled', p.id, nth
    from numbered n join tollgate.accounts a on a.id = n.account
    cross join price p cross join generate_series(1, $2::integer) nth`;

const BOOK = `
  update tollgate.accounts
     set seq = seq + $1::bigint * $2::bigint,
         balance = balance - $1::bigint * $2::bigint * $3::bigint,
         head_remaining = head_remaining - $1::bigint * $2::bigint * $3::bigint`;
