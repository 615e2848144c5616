/**
 * When to look again if no event comes: shortly after the next moment at which Stripe will have done
 * something, and within a day for as long as there is a customer at Stripe at all.
 */
import type { Seconds } from '../contract/plans';
import type { StripeSnapshot } from '../contract/stripe-snapshot';
import type { AutoTopUpDecision } from './top-ups';
import type { Standing } from './standing';
import { CLOCK_SKEW, DAY, HOUR } from './times';

/** A renewal's invoice is charged about an hour after its period began. */
const CHARGED_AFTER: Seconds = HOUR + CLOCK_SKEW;

export function nextWake(
  stripe: StripeSnapshot,
  { lives, current }: Standing,
  autoTopUp: AutoTopUpDecision,
  now: Seconds,
): Seconds | undefined {
  if (!stripe.customer) return undefined;
  const moments: (Seconds | undefined)[] = [now + DAY, autoTopUp.changesAt];
  for (const { subscription, overdue } of lives) {
    if (subscription.status === 'canceled') continue;
    moments.push(overdue?.graceEndsAt);
    for (const end of [
      subscription.cancelAt,
      ...subscription.items.map((item) => item.periodEnd),
    ]) {
      if (end !== undefined) moments.push(end + CLOCK_SKEW, end + CHARGED_AFTER);
    }
  }
  for (const { status, finalizesAt, nextAttemptAt } of stripe.invoices) {
    if (status !== 'draft' && status !== 'open') continue;
    for (const at of [finalizesAt, nextAttemptAt])
      if (at !== undefined) moments.push(at + CLOCK_SKEW);
  }
  if (current) moments.push(current.period.end + CLOCK_SKEW);
  const ahead = moments.filter((at): at is Seconds => at !== undefined && at > now);
  return Math.min(...ahead);
}
