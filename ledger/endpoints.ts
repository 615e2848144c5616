/**
 * Endpoints: the webhooks that notices are sent to. A secret is made here, in the form of Standard
 * Webhooks, returned once, and kept to sign with.
 */
import { randomBytes } from 'node:crypto';
import { TollgateError } from '../core/contract/errors';
import { NOTICE_KINDS, type NoticeKind } from '../core/contract/notice-kinds';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import { refuseBadUrl } from './endpoint-url';
import type { EndpointView, NoticeLedger } from './notice-ledger';
import { readUuid } from './read-uuid';

const SECRET_BYTES = 32;
const DEFAULT_OVERLAP_MS = 24 * 60 * 60 * 1_000;

interface EndpointRow {
  readonly id: string;
  readonly url: string;
  readonly account: string | null;
  readonly kinds: readonly NoticeKind[] | null;
  readonly disabled: 'operator' | 'gone' | null;
  readonly failing_since: Date | null;
  readonly pending: bigint;
  readonly failed: bigint;
  readonly added_at: Date;
  readonly old_secret_until: Date | null;
}

const SELECT = `
  select e.id, e.url, a.name as account, e.kinds, e.disabled, e.failing_since, e.added_at,
         case when e.old_secret_until > coalesce($1, clock_timestamp()) then e.old_secret_until end as old_secret_until,
         (select count(*) from tollgate.deliveries d where d.endpoint = e.id and d.state = 'pending') as pending,
         (select count(*) from tollgate.deliveries d where d.endpoint = e.id and d.state = 'failed') as failed
    from tollgate.endpoints e left join tollgate.accounts a on a.id = e.account`;

type EndpointOperations = Pick<
  NoticeLedger,
  | 'addEndpoint'
  | 'listEndpoints'
  | 'removeEndpoint'
  | 'rotateSecret'
  | 'setEndpointEnabled'
  | 'readEndpoint'
>;

export function endpointOperations(database: Database, accountIds: AccountIds): EndpointOperations {
  async function read(id: string): Promise<EndpointView> {
    const [row] = await database.rows<EndpointRow>(`${SELECT} where e.id = $2`, [
      database.now(),
      id,
    ]);
    if (!row) throw new TollgateError('ENDPOINT_UNKNOWN', { endpoint: id });
    return viewOf(row);
  }

  return {
    async addEndpoint({ url, account, kinds, allowHttp = false }) {
      refuseBadUrl(url, allowHttp);
      refuseBadKinds(kinds);
      const secret = makeSecret();
      const { id } = await database.row<{ id: string }>(
        `insert into tollgate.endpoints (url, account, kinds, secret, added_at)
         values ($2, $3, $4, $5, coalesce($1, clock_timestamp())) returning id`,
        [
          database.now(),
          url,
          account === undefined ? null : await accountIds.require(account),
          kinds ?? null,
          secret,
        ],
      );
      return { endpoint: await read(id), secret };
    },

    async listEndpoints() {
      const rows = await database.rows<EndpointRow>(`${SELECT} order by e.added_at, e.id`, [
        database.now(),
      ]);
      return rows.map(viewOf);
    },

    async removeEndpoint(id) {
      const removed = await database.rows(
        'delete from tollgate.endpoints where id = $1 returning id',
        [readUuid(id, 'ENDPOINT_UNKNOWN')],
      );
      if (removed.length === 0) throw new TollgateError('ENDPOINT_UNKNOWN', { endpoint: id });
    },

    async rotateSecret(id, overlapMs = DEFAULT_OVERLAP_MS) {
      const secret = makeSecret();
      await database.rows(
        `update tollgate.endpoints set old_secret = secret, secret = $3,
                old_secret_until = coalesce($1, clock_timestamp()) + $4 * interval '1 millisecond'
          where id = $2`,
        [database.now(), readUuid(id, 'ENDPOINT_UNKNOWN'), secret, overlapMs],
      );
      return { endpoint: await read(id), secret };
    },

    async setEndpointEnabled(id, enabled) {
      await database.rows(
        `update tollgate.endpoints set disabled = case when $2 then null else 'operator' end where id = $1`,
        [readUuid(id, 'ENDPOINT_UNKNOWN'), enabled],
      );
      return read(id);
    },

    async readEndpoint(id) {
      const [row] = await database.rows<{ url: string; secrets: string[] }>(
        `select url, ${SECRETS} as secrets from tollgate.endpoints e where id = $2`,
        [database.now(), readUuid(id, 'ENDPOINT_UNKNOWN')],
      );
      if (!row) throw new TollgateError('ENDPOINT_UNKNOWN', { endpoint: id });
      return row;
    },
  };
}

/** SQL: the secrets that sign now, the newest first; `$1` is the time. */
export const SECRETS = `array[e.secret] ||
  case when e.old_secret_until > coalesce($1, clock_timestamp()) then array[e.old_secret] else '{}' end`;

function makeSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

function refuseBadKinds(kinds: readonly NoticeKind[] | undefined): void {
  const unknown = kinds?.find((kind) => !NOTICE_KINDS.includes(kind));
  if (unknown === undefined && kinds?.length !== 0) return;
  throw new TollgateError('INPUT_INVALID', { kind: unknown, rule: NOTICE_KINDS.join(', ') });
}

function viewOf(row: EndpointRow): EndpointView {
  return {
    id: row.id,
    url: row.url,
    ...(row.account === null ? {} : { account: row.account }),
    ...(row.kinds === null ? {} : { kinds: row.kinds }),
    ...(row.disabled === null ? {} : { disabled: row.disabled }),
    ...(row.failing_since === null ? {} : { failingSince: row.failing_since }),
    pending: Number(row.pending),
    failed: Number(row.failed),
    addedAt: row.added_at,
    ...(row.old_secret_until === null ? {} : { oldSecretUntil: row.old_secret_until }),
  };
}
