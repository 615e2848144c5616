/**
 * Puts the time of one account forward: the clock of its customer at the simulator, and with the look that
 * follows Tollgate's own for the account. Where Stripe is real, it is refused here and again by the gateway.
 */
import type { Subscription } from '../client/subscription';
import type { BillingView } from '../core/contract/billing-view';
import { TollgateError } from '../core/contract/errors';
import type { Seconds } from '../core/contract/plans';
import type { StripeSnapshot } from '../core/contract/stripe-snapshot';
import type { Ledger } from '../ledger/ledger';
import type { StripeGateway } from '../stripe/gateway';

export type MoveTarget =
  | { readonly by: Seconds }
  /** Until the running period's end, and what it brings, has been paid or declined; or it is over. */
  | 'renewal'
  /** Until Stripe has tried the failed payment for the last time. */
  | 'end-of-retries';

export interface Traveller {
  readonly ledger: Pick<Ledger, 'readStripePlace' | 'readClock' | 'moveClock'>;
  readonly gateway: Pick<StripeGateway, 'isSimulated' | 'moveTime' | 'read'>;
  readonly subscription: Pick<Subscription, 'refresh'>;
}

export interface Moved {
  readonly from: Date;
  readonly to: Date;
  readonly view: BillingView;
}

/** More retries than Stripe makes. */
const MOST_STEPS = 40;

/** @throws TIME_TRAVEL_UNAVAILABLE, BILLING_ACTION_UNAVAILABLE, ACCOUNT_UNKNOWN and what the look throws */
export async function moveTime(
  { ledger, gateway, subscription }: Traveller,
  account: string,
  target?: MoveTarget,
): Promise<Moved> {
  if (!(await gateway.isSimulated())) {
    throw new TollgateError('TIME_TRAVEL_UNAVAILABLE', { account, reason: 'Stripe is real' });
  }
  await subscription.refresh(); // drops a link to a customer that is gone
  const { customer } = await ledger.readStripePlace(account);
  const from = await ledger.readClock(account);
  if (customer !== undefined) {
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const to = target && nextMoment(await gateway.read(customer), target, step);
      if (to === undefined) break;
      await gateway.moveTime(customer, to);
    }
  } else if (typeof target === 'object') {
    await ledger.moveClock(account, new Date(from.getTime() + target.by * 1_000));
  } else if (target !== undefined) {
    throw nothingAhead(target);
  }
  const view = await subscription.refresh();
  return { from, to: await ledger.readClock(account), view };
}

/** Where to go next; undefined once it has been reached. */
function nextMoment(
  snapshot: StripeSnapshot,
  target: MoveTarget,
  step: number,
): Seconds | undefined {
  if (typeof target === 'object') return step === 0 ? snapshot.readAt + target.by : undefined;
  const next = target === 'renewal' ? renewalStep(snapshot, step) : nextRetry(snapshot);
  if (next === undefined && step === 0) throw nothingAhead(target);
  return next === undefined ? undefined : next + 1;
}

/** First the end of the period, then the moment at which the draft that it brought is charged. */
function renewalStep(
  { readAt, subscriptions, invoices }: StripeSnapshot,
  step: number,
): Seconds | undefined {
  const drafts = invoices.flatMap(({ status, subscription, finalizesAt }) =>
    status === 'draft' && subscription !== undefined && finalizesAt !== undefined
      ? [finalizesAt]
      : [],
  );
  const ends = subscriptions
    .filter(({ endedAt, status }) => endedAt === undefined && !status.startsWith('incomplete'))
    .flatMap(({ cancelAt, items }) => [
      ...items.map(({ periodEnd }) => periodEnd),
      ...(cancelAt === undefined ? [] : [cancelAt]),
    ]);
  return earliest(step === 0 ? [...drafts, ...ends] : drafts, readAt);
}

function nextRetry({ readAt, invoices }: StripeSnapshot): Seconds | undefined {
  const retries = invoices.flatMap(({ status, subscription, nextAttemptAt }) =>
    status === 'open' && subscription !== undefined && nextAttemptAt !== undefined
      ? [nextAttemptAt]
      : [],
  );
  return earliest(retries, readAt);
}

function earliest(moments: readonly Seconds[], after: Seconds): Seconds | undefined {
  const ahead = moments.filter((at) => at >= after);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}

function nothingAhead(target: MoveTarget): TollgateError {
  const reason =
    target === 'renewal' ? 'no subscription is running' : 'no payment is being tried again';
  return new TollgateError('BILLING_ACTION_UNAVAILABLE', { reason });
}
