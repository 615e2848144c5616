/** Runs in the workflow sandbox. Finds in a failure the refusal of a block, for want of credits or of room in a budget. */
import type { BudgetExceeded } from '../core/contract/budget';
import { credits, formatCredits } from '../core/contract/credits';
import { readInsufficientCredits } from '../core/contract/insufficient-credits';
import type { EarlyRefusal } from '../core/contract/preflight';
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

export function readEarlyRefusal(error: unknown): EarlyRefusal | undefined {
  const shortage = readInsufficientCredits(error);
  if (shortage)
    return { reason: 'credits', needed: shortage.needed, available: shortage.available };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'BUDGET_EXCEEDED') return undefined;
  const { needed, cap, spent, reserved } = cause.details?.[0] as BudgetExceeded; // Written by plugin/failures.ts.
  const room = credits(cap) - credits(spent) - credits(reserved);
  return { reason: 'budget', needed, available: formatCredits(room) };
}
