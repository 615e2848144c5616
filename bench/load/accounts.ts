/**
 * Opens many funded accounts at once, written as the ledger's own functions would have left them, so
 * that every invariant of `doctor` holds. They are ordinary accounts: the free tier's drip is on and
 * their grant expires in a year. One entry each.
 */
import type { Client } from 'pg';
import { credits } from '../../core/contract/credits';

const DRIP = credits('5');
const DRIP_CAP = credits('30');
const FUNDS = credits('10000000');

/** Names of the accounts that {@link openAccounts} opens. */
export function nameAccounts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `bench-${index + 1}`);
}

export async function openAccounts(admin: Client, count: number): Promise<void> {
  await admin.query('begin');
  await admin.query(OPEN, [count, String(DRIP), String(DRIP_CAP)]);
  await admin.query(GRANT, [String(FUNDS)]);
  await admin.query(FUND);
  await admin.query(ENTER);
  await admin.query('commit');
  await admin.query('vacuum analyze tollgate.accounts, tollgate.grants, tollgate.entries');
}

const OPEN = `
  insert into tollgate.accounts (name, drip_amount, drip_cap, dripped_on, opened_at)
  select 'bench-' || i, $2, $3, (now() at time zone 'UTC')::date, now()
    from generate_series(1, $1::integer) i`;

const GRANT = `
  insert into tollgate.grants (account, key, source, amount, remaining, granted_at, expires_at)
  select id, 'bench', 'operator', $1::bigint, $1::bigint, now(), now() + interval '1 year'
    from tollgate.accounts order by id`;

const FUND = `
  update tollgate.accounts a
     set balance = g.amount, seq = 1, head = g.id, head_remaining = g.amount,
         due_at = (dripped_on + 1)::timestamp at time zone 'UTC'
    from tollgate.grants g where g.account = a.id`;

const ENTER = `
  insert into tollgate.entries (account, seq, at, kind, amount, balance, grant_id)
  select account, 1, granted_at, 'granted', amount, amount, id from tollgate.grants order by account`;
