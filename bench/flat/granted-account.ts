/**
 * An account with so many grants of different expiry. Each is small enough to be used up while it is
 * measured, so that the load also goes from one grant to the next; the last one has no end.
 */
import { randomUUID } from 'node:crypto';
import { credits } from '../../core/contract/credits';
import type { Ledger } from '../../ledger/ledger';

const SMALL_GRANT = credits('1500');
const LAST_GRANT = credits('10000000');
const DAY_MS = 86_400_000;
/** The first grant outlives any run of the bench. */
const FIRST_EXPIRY_DAYS = 10;

export async function openGrantedAccount(ledger: Ledger, grants: number): Promise<string> {
  const account = `granted-${grants}-${randomUUID()}`;
  await ledger.openAccount(account);
  for (let nth = 1; nth < grants; nth += 1) {
    await ledger.grant({
      account,
      amount: SMALL_GRANT,
      key: `grant-${nth}`,
      source: 'operator',
      expiresAt: new Date(Date.now() + (FIRST_EXPIRY_DAYS + nth) * DAY_MS),
    });
  }
  await ledger.grant({ account, amount: LAST_GRANT, key: 'last', source: 'operator' });
  return account;
}
