/**
 * Deliveries: what is to be sent where, and what became of each attempt. To one endpoint the notices of
 * one account go in order, so a notice is due only when it is its account's oldest pending one.
 */
import type { Database } from './database';
import { SECRETS } from './endpoints';
import type { DueDelivery, NoticeLedger } from './notice-ledger';
import { readUuid } from './read-uuid';

/** The oldest pending notice of each account at one endpoint, or at each where it is not named. */
const HEADS = `
  select distinct on (endpoint, account) endpoint, notice, due_at
    from tollgate.deliveries where state = 'pending' and ($2::uuid is null or endpoint = $2)
   order by endpoint, account, notice`;

type DeliveryOperations = Pick<
  NoticeLedger,
  'listDueEndpoints' | 'listDueNotices' | 'readDelivery' | 'closeAttempt'
>;

export function deliveryOperations(database: Database): DeliveryOperations {
  return {
    async listDueEndpoints() {
      const rows = await database.rows<{ id: string }>(
        `select distinct e.id from (${HEADS}) h join tollgate.endpoints e on e.id = h.endpoint
          where e.disabled is null and h.due_at <= coalesce($1, clock_timestamp()) order by e.id`,
        [database.now(), null],
      );
      return rows.map(({ id }) => id);
    },

    async listDueNotices(endpoint, limit) {
      const rows = await database.rows<{ notice: bigint }>(
        `select h.notice from (${HEADS}) h join tollgate.endpoints e on e.id = h.endpoint
          where e.disabled is null and h.due_at <= coalesce($1, clock_timestamp())
          order by h.due_at, h.notice
          limit (select case when failing_since is null then $3 else 1 end from tollgate.endpoints where id = $2)`,
        [database.now(), readUuid(endpoint, 'ENDPOINT_UNKNOWN'), limit],
      );
      return rows.map(({ notice }) => String(notice));
    },

    async readDelivery({ endpoint, notice }) {
      const [row] = await database.rows<DueDelivery>(
        `select n.id, n.kind, n.version, n.at, n.data, e.url, ${SECRETS} as secrets, d.attempts, d.queued_at as "queuedAt"
           from tollgate.deliveries d
           join tollgate.notices n on n.seq = d.notice
           join tollgate.endpoints e on e.id = d.endpoint
          where d.endpoint = $2 and d.notice = $3 and d.state = 'pending' and e.disabled is null`,
        [database.now(), endpoint, notice],
      );
      return row;
    },

    async closeAttempt({ endpoint, notice, attempt, state, answer, retryMs = 0, gone = false }) {
      await database.rows('select tollgate.close_attempt($1, $2, $3, $4, $5, $6, $7, $8)', [
        database.now(),
        endpoint,
        notice,
        attempt,
        state,
        answer,
        retryMs,
        gone,
      ]);
    },
  };
}
