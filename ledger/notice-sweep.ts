/**
 * What comes and goes with what is available: thresholds that were crossed, and shortages. The sweep is the
 * only one who looks at what is available; blocks know nothing of it.
 */
import { credits } from '../core/contract/credits';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import type { NoticeLedger } from './notice-ledger';

/** Accounts that one statement brings up to the time, so that none of them is locked for long. */
const ACCOUNTS_AT_ONCE = 100;

/** Lets time do what it has brought (expiry, drip) to accounts that are watched, as any read does. */
const BRING_UP_TO_DATE = `
  select count(tollgate.lock_account(id, $1)) as count from (
    select id from tollgate.accounts a
     where due_at <= coalesce($1, clock_timestamp())
       and (exists (select from tollgate.thresholds t where t.account = a.id)
            or exists (select from tollgate.shortages s where s.account = a.id))
     order by id limit ${ACCOUNTS_AT_ONCE}) due`;

type SweepOperations = Pick<NoticeLedger, 'beginShortage' | 'endShortage' | 'sweepNotices'>;

export function sweepOperations(database: Database, accountIds: AccountIds): SweepOperations {
  return {
    async beginShortage(data) {
      const { readNoticeData } = await import('../core/contract/notice.schema.js');
      const said = readNoticeData('credits.out', data);
      const { begun } = await database.row<{ begun: boolean }>(
        'select tollgate.begin_shortage($1, $2, $3, $4) as begun',
        [
          database.now(),
          await accountIds.require(said.account),
          credits(said.needed),
          JSON.stringify(said),
        ],
      );
      return begun;
    },

    async endShortage(account) {
      const { ended } = await database.row<{ ended: boolean }>(
        'select tollgate.end_shortage($1, $2) as ended',
        [database.now(), await accountIds.require(account)],
      );
      return ended;
    },

    async sweepNotices() {
      for (let found = ACCOUNTS_AT_ONCE; found === ACCOUNTS_AT_ONCE;) {
        const { count } = await database.row<{ count: bigint }>(BRING_UP_TO_DATE, [database.now()]);
        found = Number(count);
      }
      const { written } = await database.row<{ written: number }>(
        'select tollgate.sweep_notices($1) as written',
        [database.now()],
      );
      return written;
    },
  };
}
