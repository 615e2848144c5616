/**
 * One look: bring the books to what Stripe says, do what is then to be asked of Stripe, and look again,
 * until nothing is left to do.
 */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { BillingSubject } from '../activities/billing-input';
import type { Reconciled } from '../activities/billing-activities';
import type { ErrorCode } from '../core/contract/errors';
import { describeCommand, describeDone, doing, looking } from './subscription-steps';

/** What refuses to come to rest is left to the next look. */
const MAX_ROUNDS = 10;

export interface Looked extends Pick<Reconciled, 'view' | 'wakeInMs'> {
  /** What was done, in order. */
  readonly done: readonly string[];
}

export async function look(subject: BillingSubject): Promise<Looked> {
  const { account } = subject;
  const done: string[] = [];
  // A card that is declined is no reason to ask again at once.
  const refused = new Set<string>();
  for (let round = 1; ; round += 1) {
    const { applied, stripe, view, wakeInMs } = await looking(
      'read Stripe, bring the books up to date',
    ).reconcileAccount(subject);
    if (applied.length > 0) done.push(describeDone(applied));
    const due = stripe.filter(({ key }) => !refused.has(key));
    if (due.length === 0 || round === MAX_ROUNDS) {
      return { view, done, ...(wakeInMs === undefined ? {} : { wakeInMs }) };
    }
    for (const command of due) {
      const summary = describeCommand(command);
      try {
        await doing(summary).performStripe({ account, command });
        done.push(summary);
      } catch (error) {
        const code = codeOf(error);
        if (code === undefined) throw error;
        refused.add(command.key);
        done.push(`${summary}: ${code}`);
      }
    }
  }
}

/** The code under which an activity was refused or failed; undefined for a failure of another kind. */
export function codeOf(error: unknown): ErrorCode | undefined {
  if (!(error instanceof ActivityFailure)) return undefined;
  const { cause } = error;
  // Only our own activities are called here, and their types are codes.
  return cause instanceof ApplicationFailure && cause.type ? (cause.type as ErrorCode) : undefined;
}
