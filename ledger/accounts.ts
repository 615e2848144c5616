/**
 * Accounts: open, read, list, freeze, drip on or off. A read first lets time do what it has brought
 * (expiry, drip), so that what is shown is what a reserve would find.
 */
import { FREE_TIER } from '../core/contract/free-tier';
import { TollgateError } from '../core/contract/errors';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import { pageLimit } from './page';
import type { Ledger } from './ledger';
import type { AccountView } from './views';

interface AccountRow {
  readonly name: string;
  readonly balance: bigint;
  readonly reserved: bigint;
  readonly seq: bigint;
  readonly frozen: boolean;
  readonly drip_amount: bigint;
  readonly drip_cap: bigint;
  readonly next_midnight: Date;
}

const COLUMNS = `name, balance, reserved, seq, frozen, drip_amount, drip_cap,
  (dripped_on + 1)::timestamp at time zone 'UTC' as next_midnight`;

export type AccountOperations = Pick<
  Ledger,
  'openAccount' | 'readAccount' | 'listAccounts' | 'setFrozen' | 'setDrip'
>;

export function accountOperations(database: Database, accountIds: AccountIds): AccountOperations {
  async function read(account: string): Promise<AccountView> {
    const id = await accountIds.require(account);
    const [row] = await database.rows<AccountRow>(
      `select ${COLUMNS} from tollgate.accounts where id = $1 and due_at > coalesce($2, clock_timestamp())`,
      [id, database.now()],
    );
    return viewOf(
      row ??
        (await database.row<AccountRow>(`select ${COLUMNS} from tollgate.lock_account($1, $2)`, [
          id,
          database.now(),
        ])),
    );
  }

  async function setDrip(account: string, drip: boolean): Promise<AccountView> {
    const id = await accountIds.require(account);
    const { daily, cap } = drip ? FREE_TIER : { daily: 0n, cap: 0n };
    await database.rows('select tollgate.set_drip($1, $2, $3, $4)', [
      database.now(),
      id,
      daily,
      cap,
    ]);
    return read(account);
  }

  return {
    readAccount: read,
    setDrip,

    async openAccount(account, { drip = true } = {}) {
      if (!/^[^\s]{1,200}$/.test(account)) {
        throw new TollgateError('INPUT_INVALID', {
          account,
          rule: '1 to 200 characters without spaces',
        });
      }
      const { daily, cap } = drip ? FREE_TIER : { daily: 0n, cap: 0n };
      await database.rows('select tollgate.open_account($1, $2, $3, $4)', [
        database.now(),
        account,
        daily,
        cap,
      ]);
      return read(account);
    },

    async listAccounts(page = {}) {
      const rows = await database.rows<{ name: string }>(
        'select name from tollgate.accounts where name > $1 order by name limit $2',
        [page.after ?? '', pageLimit(page)],
      );
      return Promise.all(rows.map(({ name }) => read(name)));
    },

    async setFrozen(account, frozen) {
      const id = await accountIds.require(account);
      await database.rows('select tollgate.set_frozen($1, $2, $3)', [database.now(), id, frozen]);
      return read(account);
    },
  };
}

function viewOf(row: AccountRow): AccountView {
  const { name: account, balance, reserved, frozen } = row;
  const drips = row.drip_amount > 0n && balance < row.drip_cap;
  return {
    account,
    balance,
    available: balance - reserved,
    reserved,
    frozen,
    drip: row.drip_amount > 0n,
    ...(drips ? { nextCreditsAt: row.next_midnight } : {}),
    entries: row.seq,
  };
}
