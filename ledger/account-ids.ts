/**
 * Accounts are named by text and numbered inside the ledger. A number never changes, so each process
 * looks it up once; a name that is not there is asked for again every time.
 */
import { TollgateError } from '../core/contract/errors';
import type { Database } from './database';

const MAX_REMEMBERED = 100_000;

export interface AccountIds {
  /** The account's number as text, or undefined when there is no such account. */
  find(account: string): string | undefined | Promise<string | undefined>;
  /** @throws ACCOUNT_UNKNOWN */
  require(account: string): Promise<string>;
}

export function rememberAccountIds(database: Database): AccountIds {
  const ids = new Map<string, string>();

  async function look(account: string): Promise<string | undefined> {
    const [row] = await database.rows<{ id: bigint }>(
      'select id from tollgate.accounts where name = $1',
      [account],
    );
    if (!row) return undefined;
    if (ids.size >= MAX_REMEMBERED) ids.clear();
    ids.set(account, String(row.id));
    return String(row.id);
  }

  const find = (account: string): string | undefined | Promise<string | undefined> =>
    ids.get(account) ?? look(account);

  return {
    find,
    async require(account) {
      const id = await find(account);
      if (id === undefined) throw new TollgateError('ACCOUNT_UNKNOWN', { account });
      return id;
    },
  };
}
