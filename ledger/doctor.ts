/**
 * The doctor: every invariant of the books as SQL that returns the rows which break it. All checks
 * look at one snapshot, so they may run while the gate is busy.
 */
import type { Database } from './database';
import { INVARIANTS } from './invariants';
import type { Ledger } from './ledger';
import type { DoctorCheck } from './views';

const MAX_OFFENDERS = 10;

export function doctorOperation(database: Database): Ledger['doctor'] {
  return () =>
    database.snapshot(async (books) => {
      const checks: DoctorCheck[] = [];
      for (const { invariant, offenders } of INVARIANTS) {
        const rows = await books.rows<{ offender: string }>(
          `select row_to_json(o)::text as offender from (${offenders}) o limit ${MAX_OFFENDERS}`,
        );
        checks.push({
          invariant,
          ok: rows.length === 0,
          offenders: rows.map(({ offender }) => offender),
        });
      }
      const { accounts, entries, open } = await books.row<{
        accounts: bigint;
        entries: bigint;
        open: bigint;
      }>(
        `select (select count(*) from tollgate.accounts) as accounts, (select count(*) from tollgate.entries) as entries,
                (select count(*) from tollgate.reservations) as open`,
      );
      return {
        ok: checks.every(({ ok }) => ok),
        accounts: Number(accounts),
        entries,
        openReservations: Number(open),
        checks,
      };
    });
}
