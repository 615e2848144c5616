/**
 * The charge of an agent platform of today, "variant A2": one statement that locks the balance, puts
 * the new balance and appends a row that carries it. One commit a block, and less than a pair does: it
 * sets nothing aside before the block runs, and knows no grants, no expiry and no replay of a key.
 */
import type { Client, Pool } from 'pg';

const OPENING = 1_000_000_000;
const CHARGE = -1;
const LARGEST_INTEGER = 2_147_483_647;
/** What such a charge notes about its block; about 300 bytes. */
const NOTES = JSON.stringify({
  run: 'a'.repeat(36),
  agent: 'b'.repeat(36),
  call: 'c'.repeat(36),
  block: 'ai_text_generator',
  input: { model: 'large', credentials: 'd'.repeat(36), kind: 'api_key' },
  reason: 'Ran block ai_text_generator in the course of an agent run',
});

// The same condition guards both writes: inactive rows, additions and unchecked charges always pass.
const ALLOWED = 'not $5::boolean or $2::integer >= 0 or not $8::boolean or lock.balance + $2 >= 0';
const CHARGE_STATEMENT = `
  with lock as (
    select coalesce(
      (select balance from a2_wallet where owner = $1 for update),
      (select running from a2_ledger where owner = $1 and active and running is not null
        order by created desc limit 1),
      0) as balance
  ), upd as (
    insert into a2_wallet (owner, balance, updated)
    select $1, case
        when not $5 then lock.balance
        when $7::integer is not null and lock.balance::bigint + $2 > $7 then $7
        when lock.balance::bigint + $2 > $6::integer then $6
        when lock.balance::bigint + $2 < $10::integer then $10
        else lock.balance + $2 end, now()
      from lock where ${ALLOWED}
    on conflict (owner) do update set balance = excluded.balance, updated = excluded.updated
    returning balance, updated
  ), ins as (
    insert into a2_ledger (key, owner, amount, kind, running, active, notes, created)
    select coalesce($9::text, gen_random_uuid()::text), $1, $2, $3::a2_kind, upd.balance, $5, $4::jsonb,
           coalesce(upd.updated, now())
      from lock left join upd on true where ${ALLOWED}
    returning running, key
  )
  select running, key from ins`;

export async function createA2Tables(admin: Client, accounts: number): Promise<void> {
  await admin.query(`
    create type a2_kind as enum ('TOP_UP', 'USAGE', 'GRANT', 'REFUND');
    create table a2_owner (id text primary key);
    create table a2_wallet (owner text primary key references a2_owner, balance integer not null, updated timestamp(3) not null);
    create index on a2_wallet (owner);
    create table a2_ledger (key text default gen_random_uuid()::text, owner text not null references a2_owner,
      amount integer not null, kind a2_kind not null, running integer, active boolean not null, notes jsonb,
      created timestamp(3) not null, primary key (key, owner));
    create index on a2_ledger (owner, created);`);
  for (const insert of [
    `insert into a2_owner select nameOf from names`,
    `insert into a2_wallet select nameOf, ${OPENING}, now() from names`,
    `insert into a2_ledger (owner, amount, kind, running, active, created)
       select nameOf, ${OPENING}, 'GRANT', ${OPENING}, true, now() from names`,
  ]) {
    await admin.query(
      `with names as (select 'owner-' || i as nameOf from generate_series(1, ${accounts}) i) ${insert}`,
    );
  }
  await admin.query('vacuum analyze a2_owner, a2_wallet, a2_ledger');
}

export function createA2Charges(pool: Pool, accounts: number): () => Promise<void> {
  return async () => {
    const owner = `owner-${1 + Math.floor(Math.random() * accounts)}`;
    const values = [
      owner,
      CHARGE,
      'USAGE',
      NOTES,
      true,
      LARGEST_INTEGER,
      null,
      true,
      null,
      -LARGEST_INTEGER - 1,
    ];
    const { rowCount } = await pool.query({ name: 'a2-charge', text: CHARGE_STATEMENT, values });
    if (rowCount !== 1) throw new Error('an A2 charge was refused');
  };
}
