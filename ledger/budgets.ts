/**
 * Budgets: set, remove and list them. What they count is kept by the
 * gate's own statements (migrations/000003-budgets.sql).
 */
import type { BudgetName } from '../core/contract/budget';
import { MAX_CREDITS } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import type { BudgetRequest, Ledger } from './ledger';
import type { BudgetView } from './views';

/** Run budgets come with the runs themselves, one each, so they are not listed with the others. */
const LISTED = `kind <> 'run'`;

export type BudgetOperations = Pick<Ledger, 'setBudget' | 'removeBudget' | 'listBudgets'>;

export function budgetOperations(database: Database, accountIds: AccountIds): BudgetOperations {
  async function list(account: string): Promise<readonly BudgetView[]> {
    const id = await accountIds.require(account);
    const rows = await database.rows<BudgetView>(
      `select kind, subject, period, zone, cap, reserved, ends_at as "endsAt",
              case when ends_at > coalesce($2, clock_timestamp()) then spent else 0 end as spent
         from tollgate.budgets where account = $1 and ${LISTED} order by kind, subject, period`,
      [id, database.now()],
    );
    return rows;
  }

  return {
    listBudgets: list,

    async setBudget(request) {
      refuseBadBudget(request);
      const { account, kind, subject = '', period, zone = 'UTC', cap } = request;
      const id = await accountIds.require(account);
      await database.rows('select tollgate.set_budget($1, $2, $3, $4, $5, $6, $7)', [
        database.now(),
        id,
        kind,
        subject,
        period,
        zone,
        cap,
      ]);
      const found = (await list(account)).find((one) => isSame(one, { kind, subject, period }));
      if (!found) throw new TollgateError('BUDGET_UNKNOWN', { account, kind, subject, period });
      return found;
    },

    async removeBudget({ account, kind, subject = '', period }) {
      const id = await accountIds.require(account);
      const { removed } = await database.row<{ removed: boolean }>(
        'select tollgate.remove_budget($1, $2, $3, $4) as removed',
        [id, kind, subject, period],
      );
      if (!removed) throw new TollgateError('BUDGET_UNKNOWN', { account, kind, subject, period });
    },
  };
}

function isSame(one: BudgetName, other: BudgetName): boolean {
  return one.kind === other.kind && one.subject === other.subject && one.period === other.period;
}

function refuseBadBudget({ kind, subject = '', zone = 'UTC', cap }: BudgetRequest): void {
  if (cap < 0n || cap > MAX_CREDITS)
    throw new TollgateError('AMOUNT_INVALID', { amount: String(cap) });
  if ((kind === 'account') !== (subject === '')) {
    throw new TollgateError('INPUT_INVALID', {
      kind,
      subject,
      rule: 'a subject for every kind but the account',
    });
  }
  try {
    Intl.DateTimeFormat('en', { timeZone: zone });
  } catch (cause) {
    throw new TollgateError(
      'INPUT_INVALID',
      { zone, rule: 'an IANA time zone, such as Europe/Vienna' },
      { cause },
    );
  }
}
