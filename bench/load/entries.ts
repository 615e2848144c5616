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
/** Runs that each account gets in one statement. */
const STEP_RUNS = 5;

export interface Past {
  readonly accounts: number;
  readonly entries: number;
  /** Stop with fewer entries once so much time has passed. */
  readonly budgetMs: number;
}

/** Adds the same number of entries to every account and says how many they are in all. */
export async function loadEntries(connectionString: string, past: Past): Promise<number> {
  const { accounts, entries, budgetMs } = past;
  const stepEntries = accounts * STEP_RUNS * BLOCKS_PER_RUN;
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query(`begin; set local maintenance_work_mem = '512MB'; set local jit = off`);
    const rebuildIndexes = await dropIndexes(client);
    const { rows } = await client.query<{ id: number }>(INSERT_PRICE);
    const startedAt = performance.now();
    let loaded = 0;
    while (loaded < entries && performance.now() - startedAt < budgetMs) {
      const firstRun = loaded / BLOCKS_PER_RUN;
      await client.query(LOAD, [
        ...[firstRun, firstRun + accounts * STEP_RUNS - 1, accounts, FIRST_RUN_AT, RUN_EVERY_MS],
        ...[BLOCKS_PER_RUN, RESERVED, CHARGED, rows[0]?.id],
      ]);
      loaded += stepEntries;
    }
    await client.query(BOOK, [loaded / accounts, CHARGED]);
    for (const rebuild of rebuildIndexes) await client.query(rebuild);
    await client.query('commit');
    await client.query('vacuum analyze tollgate.accounts, tollgate.entries, tollgate.runs');
    return loaded;
  } finally {
    await client.end();
  }
}

/** To sort an index once is several times faster than to grow it row by row. Returns how to make them again. */
async function dropIndexes(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ drop: string; rebuild: string }>(`
    select case when c.oid is null then format('drop index %s', i.indexrelid::regclass)
                else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname) end as drop,
           case when c.oid is null then pg_get_indexdef(i.indexrelid)
                else format('alter table %s add constraint %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) end as rebuild
      from pg_index i left join pg_constraint c on c.conindid = i.indexrelid
     where i.indrelid = 'tollgate.entries'::regclass`);
  for (const { drop } of rows) await client.query(drop);
  return rows.map(({ rebuild }) => rebuild);
}

const INSERT_PRICE = `
  insert into tollgate.prices (block, version, rule, digest)
  values ('ai_text_generator', 'past', '{"kind":"fixed","credits":"1"}', md5('past')::uuid)
  returning id`;

/**
 * Runs begin one after the other, each on the next account; their keys begin with the time. Each run's
 * blocks follow the account's last entry and are charged to the grant that burns.
 */
const LOAD = `
  with past as materialized (
    select i, ms, 1 + i % $3::integer as account, i / $3::integer * $6::integer as before,
           (lpad(to_hex(ms), 12, '0') || substr(md5(i::text), 1, 20))::uuid as run,
           to_timestamp(ms / 1000.0) as started_at
      from (select i, $4::bigint + i::bigint * $5::bigint as ms
              from generate_series($1::integer, $2::integer) i) numbered
  ), runs as (
    insert into tollgate.runs (id, account, started_at, agent, workflow_id, workflow_run_id, scope)
    select run, account, started_at, 'bench', 'past-' || i, run, run from past
  )
  insert into tollgate.entries
    (run, account, seq, call, at, amount, balance, reserved, returned, grant_id, kind, price, nth)
  select p.run, p.account, a.seq + p.before + nth, hashtextextended('call' || nth, 0),
         p.started_at + nth * interval '100 milliseconds', -$8::bigint,
         a.balance - (p.before + nth) * $8::bigint, $7::bigint, $7::bigint - $8::bigint,
         a.head, 'settled', $9::integer, nth
    from past p join tollgate.accounts a on a.id = p.account
    cross join generate_series(1, $6::integer) nth`;

const BOOK = `
  update tollgate.accounts
     set seq = seq + $1::bigint, balance = balance - $1::bigint * $2::bigint,
         head_remaining = head_remaining - $1::bigint * $2::bigint`;
