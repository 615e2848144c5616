/**
 * Top-ups: bought credits that never expire, granted once they are paid. And the decision to buy one
 * automatically: opted in, one at a time, up to a ceiling per month, and not after declines.
 */
import { TOP_UP_SOURCE, type BillingBooks, type LedgerCommand } from '../contract/billing-books';
import { credits } from '../contract/credits';
import type { AutoTopUp } from '../contract/auto-top-up';
import type { AutoTopUpState } from '../contract/billing-view';
import type { Catalogue, Seconds } from '../contract/plans';
import type { StripeCommand } from '../contract/stripe-command';
import type { StripeSnapshot, TopUpSnapshot } from '../contract/stripe-snapshot';
import { requireTopUp } from './plans';
import { HOUR, MINUTE, monthStart } from './times';

const REFUSED_AGAIN_AFTER: Seconds = 15 * MINUTE;

export interface AutoTopUpDecision {
  readonly state: AutoTopUpState;
  readonly charge?: StripeCommand;
  /** When the state changes by itself, or what was refused is asked for again. */
  readonly changesAt?: Seconds;
  /** The card's last word, where that is what stands in the way. */
  readonly refusedFor?: NonNullable<TopUpSnapshot['failedFor']>;
}

export function topUpGrants(
  { burn }: Catalogue,
  books: BillingBooks,
  { topUps }: StripeSnapshot,
): readonly LedgerCommand[] {
  return topUps
    .filter(({ id, status }) => status === 'paid' && !books.grants.some(({ key }) => key === id))
    .map(({ id, credits: amount }) => ({
      do: 'grant',
      key: id,
      source: TOP_UP_SOURCE,
      amount,
      priority: burn.topUp,
    }));
}

/** Call it only when the books hold everything that the snapshot has brought. */
export function decideAutoTopUp(
  catalogue: Catalogue,
  books: BillingBooks,
  stripe: StripeSnapshot,
  settings: AutoTopUp | undefined,
  now: Seconds,
): AutoTopUpDecision {
  if (!settings) return { state: 'off' };
  const { key, lookupKey, price, credits: size } = requireTopUp(catalogue, settings.topUp);
  const paymentMethod = stripe.customer?.paymentMethod;
  if (!stripe.customer || !paymentMethod) return { state: 'no-payment-method' };

  const attempts = stripe.topUps
    .filter(({ automatic }) => automatic)
    .sort((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));
  if (attempts.some(({ status }) => status === 'processing' || status === 'open')) {
    return { state: 'charging' };
  }
  const declines = declinesInARow(attempts, settings.enabledAt, paymentMethod);
  const { autoTopUpMaxDeclines, autoTopUpRetryHours } = catalogue.policies;
  const refusedFor = declines.at(-1)?.failedFor ?? 'declined';
  if (books.frozen) return { state: 'stopped' };
  if (declines.length >= autoTopUpMaxDeclines) return { state: 'stopped', refusedFor };
  const retryAt = (declines.at(-1)?.createdAt ?? -Infinity) + autoTopUpRetryHours * HOUR;
  if (now < retryAt) return { state: 'declined', changesAt: retryAt, refusedFor };

  const month = monthStart(now);
  const spent = attempts
    .filter(({ status, createdAt }) => status === 'paid' && createdAt >= month)
    .reduce((total, attempt) => total + attempt.price, 0);
  if (spent + price > settings.monthlyCeiling) {
    return { state: 'ceiling-reached', changesAt: monthStart(now, 1) };
  }
  if (credits(books.available) >= credits(settings.below)) return { state: 'ready' };
  return {
    state: 'charging',
    // Refused without a trace of it at Stripe, nothing would be heard.
    changesAt: now + REFUSED_AGAIN_AFTER,
    charge: {
      do: 'charge-top-up',
      // Counts those before it: sent again before its outcome is seen, it is the same one.
      key: `auto-top-up:${books.account}:${attempts.length + 1}:${key}`,
      lookupKey,
      credits: size,
      price,
      currency: catalogue.currency,
      paymentMethod,
    },
  };
}

/** With this payment method, since it was turned on, after the last success. */
function declinesInARow(
  attempts: readonly TopUpSnapshot[],
  since: Seconds,
  method: string,
): readonly TopUpSnapshot[] {
  const counted = attempts.filter(({ createdAt }) => createdAt >= since);
  const lastPaid = counted.map(({ status }) => status).lastIndexOf('paid');
  return counted
    .slice(lastPaid + 1)
    .filter(({ status, paymentMethod }) => status === 'failed' && paymentMethod === method);
}
