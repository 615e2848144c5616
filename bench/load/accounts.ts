/**
 * Opens many funded accounts at once, with the ledger's own SQL functions, so that the books stay true.
 * They are ordinary accounts: the free tier's drip is on and their grant expires in a year.
 */
import type { Client } from 'pg';
import { credits, MICRO_PER_CREDIT } from '../../core/contract/credits';

const DRIP = credits('5');
const DRIP_CAP = credits('30');
const FUNDS = 10_000_000n * MICRO_PER_CREDIT;

/** Names of the accounts that {@link openAccounts} opens. */
export function nameAccounts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `bench-${index + 1}`);
}

export async function openAccounts(admin: Client, count: number): Promise<void> {
  await admin.query(
    `select count(tollgate.grant_credits(null, tollgate.open_account(null, 'bench-' || i, $2, $3),
                                         'bench', 'operator', $4, 0::smallint, now() + interval '1 year'))
       from generate_series(1, $1::integer) i`,
    [count, String(DRIP), String(DRIP_CAP), String(FUNDS)],
  );
  await admin.query('vacuum analyze tollgate.accounts, tollgate.grants, tollgate.entries');
}
