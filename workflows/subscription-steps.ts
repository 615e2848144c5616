/**
 * What the subscription workflow does, step by step, each with a summary for whoever reads the history.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { BillingActivities } from '../activities/billing-activities';
import type { BillingPlans } from '../activities/billing-plans';
import type { CommandDone } from '../core/contract/billing-books';
import type { StripeCommand } from '../core/contract/stripe-command';

type Steps = BillingActivities & BillingPlans;

const RETRY = { initialInterval: '1s', maximumInterval: '30s' } as const;

/** Reads and plans. When it does not come about, whoever asked hears of it, and nothing was done. */
export function looking(summary: string): Steps {
  return proxyActivities<Steps>({
    startToCloseTimeout: '90s',
    scheduleToCloseTimeout: '3m',
    retry: RETRY,
    summary,
  });
}

/**
 * Changes something at Stripe or in the books. It goes on until it is known what became of it: Stripe keeps
 * its keys for a day, and after that the state itself has to be looked at.
 */
export function doing(summary: string): Steps {
  return proxyActivities<Steps>({
    startToCloseTimeout: '90s',
    scheduleToCloseTimeout: '20h',
    retry: { ...RETRY, maximumInterval: '5m' },
    summary,
  });
}

export function describeCommand(command: StripeCommand): string {
  const parts: readonly (string | null | undefined)[] = [
    command.do,
    'lookupKey' in command ? (command.lookupKey ?? 'no pack') : undefined,
    'amount' in command ? String(command.amount) : undefined,
    'invoice' in command ? command.invoice : undefined,
  ];
  return parts.filter(Boolean).join(' ').slice(0, 200);
}

export function describeDone(done: readonly CommandDone[]): string {
  return done
    .map(({ do: what, key, amount }) => `${what} ${key ?? ''} ${amount}`.trim())
    .join('; ');
}
