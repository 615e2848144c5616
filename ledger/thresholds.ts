/**
 * Thresholds: the amounts at which an account's owner hears that credits run low or are back. The sweep
 * is the only one who looks; blocks know nothing of it.
 */
import { MAX_CREDITS } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import type { NoticeLedger, ThresholdView } from './notice-ledger';

/** Accounts that one statement brings up to the time, so that none of them is locked for long. */
const ACCOUNTS_AT_ONCE = 100;

/** Lets time do what it has brought (expiry, drip) to accounts that have thresholds, as any read does. */
const BRING_UP_TO_DATE = `
  select count(tollgate.lock_account(id, $1)) as count from (
    select id from tollgate.accounts a
     where due_at <= coalesce($1, clock_timestamp()) and exists (select from tollgate.thresholds t where t.account = a.id)
     order by id limit ${ACCOUNTS_AT_ONCE}) due`;

type ThresholdOperations = Pick<
  NoticeLedger,
  'setThresholds' | 'listThresholds' | 'sweepThresholds'
>;

export function thresholdOperations(
  database: Database,
  accountIds: AccountIds,
): ThresholdOperations {
  async function list(account: string): Promise<readonly ThresholdView[]> {
    return database.rows<ThresholdView>(
      'select amount, below from tollgate.thresholds where account = $1 order by amount desc',
      [await accountIds.require(account)],
    );
  }

  return {
    listThresholds: list,

    async setThresholds(account, amounts) {
      const id = await accountIds.require(account);
      for (const amount of amounts) {
        if (amount > 0n && amount <= MAX_CREDITS) continue;
        throw new TollgateError(
          'AMOUNT_INVALID',
          { amount: String(amount) },
          { message: 'A threshold must be above zero' },
        );
      }
      await database.rows('select tollgate.set_thresholds($1, $2, $3)', [
        database.now(),
        id,
        amounts,
      ]);
      return list(account);
    },

    async sweepThresholds() {
      for (let found = ACCOUNTS_AT_ONCE; found === ACCOUNTS_AT_ONCE;) {
        const { count } = await database.row<{ count: bigint }>(BRING_UP_TO_DATE, [database.now()]);
        found = Number(count);
      }
      const { written } = await database.row<{ written: number }>(
        'select tollgate.sweep_thresholds($1) as written',
        [database.now()],
      );
      return written;
    },
  };
}
