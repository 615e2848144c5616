/** Automatic top-ups: what is set, and who has run low (migrations/000018-auto-top-ups.sql). */
import { credits, formatCredits } from '../core/contract/credits';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import type { AutoTopUpLedger } from './auto-top-up-ledger';

interface Row {
  readonly top_up: string;
  readonly below: bigint;
  readonly monthly_ceiling: bigint;
  readonly enabled_at: Date;
}

export function autoTopUpOperations(database: Database, accountIds: AccountIds): AutoTopUpLedger {
  return {
    async readAutoTopUp(account) {
      const [row] = await database.rows<Row>(
        'select top_up, below, monthly_ceiling, enabled_at from tollgate.auto_top_ups where account = $1',
        [await accountIds.require(account)],
      );
      return (
        row && {
          topUp: row.top_up,
          below: formatCredits(row.below),
          monthlyCeiling: Number(row.monthly_ceiling),
          enabledAt: row.enabled_at.getTime() / 1_000,
        }
      );
    },

    async setAutoTopUp(account, settings) {
      const id = await accountIds.require(account);
      if (settings === null) {
        await database.rows('delete from tollgate.auto_top_ups where account = $1', [id]);
        return;
      }
      const { topUp, below, monthlyCeiling, enabledAt } = settings;
      await database.rows(
        `insert into tollgate.auto_top_ups as t (account, top_up, below, monthly_ceiling, enabled_at)
         values ($1, $2, $3, $4, $5)
         on conflict (account) do update set top_up = excluded.top_up, below = excluded.below,
           monthly_ceiling = excluded.monthly_ceiling, enabled_at = excluded.enabled_at, watched = true, hinted_at = null`,
        [id, topUp, credits(below), BigInt(monthlyCeiling), new Date(enabledAt * 1_000)],
      );
    },

    async watchAutoTopUp(account, watched) {
      await database.rows(
        `update tollgate.auto_top_ups set watched = $2, hinted_at = null
          where account = $1 and (watched <> $2 or hinted_at is not null)`,
        [await accountIds.require(account), watched],
      );
    },

    async findDueTopUps({ quietMs, limit }) {
      const rows = await database.rows<{ account: string }>(
        'select tollgate.find_due_top_ups($1, $2, $3) as account',
        [database.now(), quietMs, limit],
      );
      return rows.map(({ account }) => account);
    },
  };
}
