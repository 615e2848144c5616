/** The time of an account that is ahead of the machine's (migrations/000021-clocks.sql). */
import type { AccountIds } from './account-ids';
import type { Database } from './database';

export interface ClockLedger {
  /** The account's own time: the machine's, unless it was moved. @throws ACCOUNT_UNKNOWN */
  readClock(account: string): Promise<Date>;
  /**
   * Puts the account's time forward and lets happen what that brings; for a customer of the simulator.
   * Never back: an earlier time changes nothing. Answers the account's time. @throws ACCOUNT_UNKNOWN
   */
  moveClock(account: string, to: Date): Promise<Date>;
}

export function clockOperations(database: Database, accountIds: AccountIds): ClockLedger {
  return {
    async readClock(account) {
      const id = await accountIds.require(account);
      const { at } = await database.row<{ at: Date }>(
        'select coalesce($2, clock_timestamp()) + tollgate.ahead_of($1) as at',
        [id, database.now()],
      );
      return at;
    },

    async moveClock(account, to) {
      const id = await accountIds.require(account);
      const { at } = await database.row<{ at: Date }>(
        'select tollgate.move_clock($1, $2, $3) as at',
        [database.now(), id, to.toISOString()],
      );
      return at;
    },
  };
}
