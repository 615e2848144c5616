/**
 * What the gate's numbers say when a call is refused.
 */
import type { BudgetName } from '../core/contract/budget';
import { TollgateError } from '../core/contract/errors';
import type { OverBudget, Refusal } from '../core/contract/reservation';
import type { Database } from './database';
import { Code, type GateAnswer } from './gate-statements';

export async function describeRefusal(
  database: Database,
  answer: GateAnswer,
  asked: bigint,
): Promise<Refusal> {
  // Under a guarantee, what must come from elsewhere, or all of it where it is to be made.
  const needed = answer.absorbed > 0n ? answer.absorbed : asked;
  switch (answer.code) {
    case Code.insufficient:
      return {
        kind: 'insufficient',
        needed,
        available: answer.available,
        reserved: answer.reserved,
        ...(answer.flags > 0 ? { nextCreditsAt: new Date(answer.flags) } : {}),
      };
    case Code.overBudget:
      return describeOverBudget(database, answer, needed);
    case Code.accountUnknown:
      return { kind: 'account-unknown' };
    case Code.accountFrozen:
      return { kind: 'account-frozen' };
    case Code.keyMismatch:
      return { kind: 'key-mismatch' };
    default:
      throw new TollgateError('INVARIANT_BROKEN', {
        reason: `the gate answered with code ${answer.code}`,
      });
  }
}

/** The budget behind a refusal; its numbers are those of the refusing statement. */
async function describeOverBudget(
  database: Database,
  answer: GateAnswer,
  needed: bigint,
): Promise<OverBudget> {
  const [budget] = await database.rows<BudgetName & { ends: Date | null }>(
    `select kind, subject, period, nullif(ends_at, 'infinity') as ends from tollgate.budgets where id = $1`,
    [answer.price],
  );
  // It may have been removed since it refused.
  const { ends = null, ...name } = budget ?? { kind: 'account', subject: '', period: 'day' };
  return {
    kind: 'over-budget',
    needed,
    cap: answer.returned,
    spent: answer.charged,
    reserved: answer.reserved,
    budget: name,
    ...(ends ? { endsAt: ends } : {}),
  };
}
