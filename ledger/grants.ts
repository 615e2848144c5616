/**
 * Grants: credits that come in from one source, and their taking back. A grant's key is unique on its
 * account for ever, which is what makes a repeated message harmless.
 */
import { MAX_CREDITS } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { AccountIds } from './account-ids';
import type { AccountOperations } from './accounts';
import type { Database } from './database';
import type { GrantRequest, Ledger, Revoked, RevokeRequest } from './ledger';
import { pageLimit } from './page';
import type { GrantView } from './views';

/** The drip writes keys of this form itself. */
const RESERVED_KEY_PREFIX = 'drip:';
const PRIORITY_LIMIT = 32_767;

export type GrantOperations = Pick<Ledger, 'grant' | 'revoke' | 'listGrants'>;

export function grantOperations(
  database: Database,
  accountIds: AccountIds,
  { readAccount }: AccountOperations,
): GrantOperations {
  /** A part, under a cause: its total stands in the books, so that it takes once. */
  async function revokeOnce(
    { account, key, cause = '' }: RevokeRequest,
    amount: bigint | undefined,
  ): Promise<Revoked> {
    if (cause === '' || amount === undefined) {
      throw new TollgateError('INPUT_INVALID', { cause, rule: 'not empty, and with an amount' });
    }
    const id = await accountIds.require(account);
    const command = JSON.stringify([{ do: 'revoke', key, cause, total: String(amount) }]);
    const { moved } = await database.row<{ moved: string }>(
      `select tollgate.apply_billing($1, $2, $3) -> 0 ->> 0 as moved`,
      [database.now(), id, command],
    );
    const { missing } = await database.row<{ missing: bigint }>(
      `select asked - taken as missing from tollgate.revocations r
         join tollgate.grants g on g.id = r.grant_id
        where g.account = $1 and g.key = $2 and r.cause = $3`,
      [id, key, cause],
    );
    return { revoked: -BigInt(moved), missing, account: await readAccount(account) };
  }

  return {
    async grant(request) {
      refuseBadGrant(request);
      const { account, key, source, amount, priority = 0, expiresAt = null } = request;
      const id = await accountIds.require(account);
      const { outcome } = await database.row<{ outcome: string }>(
        'select tollgate.grant_credits($1, $2, $3, $4, $5, $6::smallint, $7) as outcome',
        [database.now(), id, key, source, amount, priority, expiresAt],
      );
      if (outcome === 'differs') throw new TollgateError('IDEMPOTENCY_MISMATCH', { account, key });
      return { created: outcome === 'created', account: await readAccount(account) };
    },

    async revoke({ account, key, amount, cause }) {
      if (amount !== undefined && amount <= 0n)
        throw new TollgateError('AMOUNT_INVALID', { amount: String(amount) });
      if (cause !== undefined) return revokeOnce({ account, key, cause }, amount);
      const id = await accountIds.require(account);
      const { revoked, missing } = await database.row<{
        revoked: bigint | null;
        missing: bigint | null;
      }>(
        `select revoked, coalesce($4::bigint, revoked + (select reserved from tollgate.grants_now where account = $2 and key = $3)) - revoked as missing
           from tollgate.revoke_grant($1, $2, $3, $4) as revoked`,
        [database.now(), id, key, amount ?? null],
      );
      if (revoked === null) throw new TollgateError('GRANT_UNKNOWN', { account, key });
      return { revoked, missing: missing ?? 0n, account: await readAccount(account) };
    },

    async listGrants(account, page = {}) {
      const id = await accountIds.require(account);
      await readAccount(account);
      const rows = await database.rows<GrantRow>(
        `select key, source, amount, remaining, reserved, priority, granted_at, expires_at, not open as closed
           from tollgate.grants_now where account = $1
          order by open desc, case when open then priority end, case when open then expires_at end,
                   case when open then id else -id end
          limit $2 offset $3`,
        [id, pageLimit(page), Number(page.after ?? 0)],
      );
      return rows.map(viewOf);
    },
  };
}

interface GrantRow extends Omit<GrantView, 'grantedAt' | 'expiresAt'> {
  readonly granted_at: Date;
  readonly expires_at: Date | null;
}

function viewOf({ granted_at, expires_at, ...rest }: GrantRow): GrantView {
  return { ...rest, grantedAt: granted_at, ...(expires_at ? { expiresAt: expires_at } : {}) };
}

function refuseBadGrant({ amount, key, source, priority = 0, expiresAt }: GrantRequest): void {
  if (amount <= 0n || amount > MAX_CREDITS)
    throw new TollgateError('AMOUNT_INVALID', { amount: String(amount) });
  if (key === '' || key.startsWith(RESERVED_KEY_PREFIX)) {
    throw new TollgateError('INPUT_INVALID', {
      key,
      rule: `not empty, and not beginning with "${RESERVED_KEY_PREFIX}"`,
    });
  }
  if (source === '') throw new TollgateError('INPUT_INVALID', { source, rule: 'not empty' });
  if (!Number.isInteger(priority) || Math.abs(priority) > PRIORITY_LIMIT) {
    throw new TollgateError('INPUT_INVALID', {
      priority,
      rule: `a whole number up to ${PRIORITY_LIMIT}`,
    });
  }
  if (expiresAt && Number.isNaN(expiresAt.getTime())) {
    throw new TollgateError('INPUT_INVALID', { expiresAt: 'not a time' });
  }
}
