/**
 * What a forecast starts from: the open grants of an account in burn order, and its drip, as of one moment. In
 * the machine's time, as schedules are, also for an account whose own time is ahead.
 */
import type { Supply } from '../core/contract/supply';
import type { AccountIds } from './account-ids';
import type { AccountOperations } from './accounts';
import type { Database } from './database';
import type { Ledger } from './ledger';

interface AccountRow {
  readonly at: Date;
  readonly reserved: bigint;
  readonly frozen: boolean;
  readonly drip_amount: bigint;
  readonly drip_cap: bigint;
  readonly next_midnight: Date;
}

interface GrantRow {
  readonly key: string;
  readonly available: bigint;
  readonly priority: number;
  readonly expires_at: Date | null;
}

export type SupplyOperations = Pick<Ledger, 'readSupply'>;

export function supplyOperations(
  database: Database,
  accountIds: AccountIds,
  { readAccount }: AccountOperations,
): SupplyOperations {
  return {
    async readSupply(account) {
      const id = await accountIds.require(account);
      await readAccount(account);
      return database.snapshot(async (books): Promise<Supply> => {
        const row = await books.row<AccountRow>(
          `select coalesce($2, clock_timestamp()) as at, reserved, frozen, drip_amount, drip_cap,
                  (dripped_on + 1)::timestamp at time zone 'UTC' - tollgate.ahead_of(id) as next_midnight
             from tollgate.accounts where id = $1`,
          [id, database.now()],
        );
        const grants = await books.rows<GrantRow>(
          `select key, remaining - reserved as available, priority,
                  expires_at - tollgate.ahead_of(account) as expires_at
             from tollgate.grants_now where account = $1 and open and remaining > reserved
            order by priority, 4, id`,
          [id],
        );
        return {
          account,
          at: row.at,
          reserved: row.reserved,
          frozen: row.frozen,
          grants: grants.map(({ expires_at, ...grant }) => ({
            ...grant,
            ...(expires_at ? { expiresAt: expires_at } : {}),
          })),
          ...(row.drip_amount > 0n
            ? {
                drip: { daily: row.drip_amount, cap: row.drip_cap, nextAt: row.next_midnight },
              }
            : {}),
        };
      });
    },
  };
}
