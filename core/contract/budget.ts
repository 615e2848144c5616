/**
 * A budget caps what may be spent, beside the balance: per day or month for an account, or for one of
 * its agents, schedules or members; and per run, for its whole life.
 */
import type { CreditsText } from './credits';

export type BudgetKind = 'account' | 'agent' | 'schedule' | 'member' | 'run';
export type BudgetPeriod = 'day' | 'month' | 'run';

export interface BudgetName {
  readonly kind: BudgetKind;
  /** Name of the agent, schedule or member, key of the run; empty for the account. */
  readonly subject: string;
  /** Days and months are those of the budget's time zone; `run` goes with kind `run` only. */
  readonly period: BudgetPeriod;
}

/** The first detail of a failure of type `BUDGET_EXCEEDED`: there may be credits, but no room for the call. */
export interface BudgetExceeded extends BudgetName {
  readonly account: string;
  readonly block: string;
  readonly needed: CreditsText;
  readonly cap: CreditsText;
  readonly spent: CreditsText;
  readonly reserved: CreditsText;
  /** ISO time at which the budget's period ends and the spending begins anew. */
  readonly endsAt?: string;
}
