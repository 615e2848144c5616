/**
 * Thresholds: the amounts at which an account's owner hears that credits run low or are back. The sweep
 * is the only one who looks; blocks know nothing of it.
 */
import { MAX_CREDITS } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import type { NoticeLedger, ThresholdView } from './notice-ledger';

type ThresholdOperations = Pick<NoticeLedger, 'setThresholds' | 'listThresholds'>;

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
  };
}
