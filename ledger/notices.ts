/**
 * The outbox: writing a notice, listing, replaying and forgetting them. Crossed thresholds and lapsed
 * reservations are written by their own statements (migrations/000011-notices.sql).
 */
import { TollgateError } from '../core/contract/errors';
import type { NoticeKind } from '../core/contract/notice-kinds';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import type { DeliveryState, DeliveryView, NoticeLedger, NoticeView } from './notice-ledger';
import { pageLimit } from './page';
import { readUuid } from './read-uuid';

interface NoticeRow {
  readonly id: string;
  readonly account: string;
  readonly kind: NoticeKind;
  readonly version: number;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
  readonly deliveries: readonly {
    readonly endpoint: string;
    readonly state: DeliveryState;
    readonly attempts: number;
    readonly answer: string | null;
    readonly tried_at: string | null;
    readonly due_at: string;
  }[];
}

const LIST = `
  select n.id, a.name as account, n.kind, n.version, n.at, n.data,
         coalesce((select jsonb_agg(to_jsonb(d) order by d.endpoint) from tollgate.deliveries d where d.notice = n.seq), '[]') as deliveries
    from tollgate.notices n join tollgate.accounts a on a.id = n.account
   where ($1::bigint is null or n.account = $1)
     and ($2::text is null or exists (select from tollgate.deliveries d where d.notice = n.seq and d.state = $2))
     and ($3::uuid is null or n.seq < (select seq from tollgate.notices where id = $3))
   order by n.seq desc limit $4`;

type NoticeOperations = Pick<
  NoticeLedger,
  'recordNotice' | 'listNotices' | 'replayNotices' | 'forgetNotices'
>;

export function noticeOperations(database: Database, accountIds: AccountIds): NoticeOperations {
  return {
    async recordNotice({ key, kind, data }) {
      // Loaded only now, so that a command that reads a balance does without schemas.
      const { readNoticeData } = await import('../core/contract/notice.schema.js');
      const said = readNoticeData(kind, data);
      const account = await accountIds.require(said.account);
      const { id } = await database.row<{ id: string | null }>(
        'select tollgate.write_notice($1, $2, $3, coalesce($4, clock_timestamp()), $5) as id',
        [key, kind, account, database.now(), JSON.stringify(said)],
      );
      return id !== null;
    },

    async listNotices({ account, state, ...page } = {}) {
      const rows = await database.rows<NoticeRow>(LIST, [
        account === undefined ? null : await accountIds.require(account),
        state ?? null,
        page.after === undefined ? null : readUuid(page.after, 'NOTICE_UNKNOWN'),
        pageLimit(page),
      ]);
      return rows.map(viewOf);
    },

    async replayNotices({ id, since, account, endpoint }) {
      const notice = id === undefined ? null : readUuid(id, 'NOTICE_UNKNOWN');
      const to = endpoint === undefined ? null : readUuid(endpoint, 'ENDPOINT_UNKNOWN');
      const { known } = await database.row<{ known: boolean }>(
        'select $1::uuid is null or exists (select from tollgate.notices where id = $1) as known',
        [notice],
      );
      if (!known) throw new TollgateError('NOTICE_UNKNOWN', { id });
      const { count } = await database.row<{ count: number }>(
        'select tollgate.replay_notices($1, $2, $3, $4, $5) as count',
        [
          database.now(),
          notice,
          since ?? null,
          account === undefined ? null : await accountIds.require(account),
          to,
        ],
      );
      return count;
    },

    async forgetNotices() {
      await database.rows('select tollgate.forget_notices($1)', [database.now()]);
    },
  };
}

function viewOf({ deliveries, ...notice }: NoticeRow): NoticeView {
  return {
    ...notice,
    deliveries: deliveries.map(({ answer, tried_at, due_at, ...delivery }): DeliveryView => ({
      endpoint: delivery.endpoint,
      state: delivery.state,
      attempts: delivery.attempts,
      ...(answer === null ? {} : { answer }),
      ...(tried_at === null ? {} : { triedAt: new Date(tried_at) }),
      ...(delivery.state === 'pending' ? { dueAt: new Date(due_at) } : {}),
    })),
  };
}
