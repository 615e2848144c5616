/**
 * A change of packs, worked out before it is made: what happens to the credits, what is credited, and
 * the requests that make it. Previews show the same plan that is then carried out.
 *
 * Where a new period begins, the unused credits are taken before Stripe is asked (`take`): so what is
 * credited for them can no longer be spent. If Stripe refuses, `undo` gives everything back.
 */
import type { BillingGrant, LedgerCommand } from '../contract/billing-books';
import { credits, formatCredits, type Credits, type CreditsText } from '../contract/credits';
import { TollgateError } from '../contract/errors';
import type { MinorUnits, Pack, Seconds } from '../contract/plans';
import type { PackChange } from '../contract/pack-change';
import type { StripeCommand } from '../contract/stripe-command';
import { comingPurchase } from './coming-purchase';
import { changeCause } from './pack-cuts';
import { allowanceOf, requireSoldPack } from './plans';
import { requireAction } from './possible-actions';
import type { Purchase } from './purchases';
import type { BillingInput } from './reconcile';
import { standingOf } from './standing';
import { unusedKey } from './stripe-duties';
import type { SubscriptionLife } from './subscription-life';
import { timeValue, unusedValue } from './unused-value';

export interface ChangePlan {
  readonly direction: 'upgrade' | 'downgrade' | 'add' | 'remove';
  readonly change: PackChange;
  /** What the allowance will have left, as the books are now. */
  readonly creditsAfter: CreditsText;
  /** What of the allowance will be taken away. */
  readonly creditsLost: CreditsText;
  /** What is credited by us, on this invoice or the next; 0 where Stripe prorates. */
  readonly credited: MinorUnits;
  /** Done before Stripe is asked; its outcome goes into `changeRequests`. */
  readonly take?: LedgerCommand;
  /** Commands that undo a change that Stripe refused. */
  readonly undo: readonly LedgerCommand[];
}

/** What a change needs to know of the subscription; made once, used for preview and for the requests. */
interface Ground {
  readonly life: SubscriptionLife;
  readonly from: Pack | undefined;
  readonly to: Pack | undefined;
  readonly current: Purchase | undefined;
  readonly held: BillingGrant | undefined;
  /** A renewal whose invoice is a draft: nothing of what it will bring is used. */
  readonly coming: Purchase | undefined;
}

/**
 * `to`: key of a pack, or null to take the Agent line off. `id` must be new for each change.
 * @throws PLAN_UNKNOWN, BILLING_ACTION_UNAVAILABLE
 */
export function planChange(input: BillingInput, to: string | null, id: string): ChangePlan {
  const { catalogue, now } = input;
  const ground = groundOf(input, to);
  const { from, current, held, coming } = ground;
  const direction = directionOf(ground);
  const { upgradeBilling, unused } = catalogue.policies;
  const restarts =
    upgradeBilling === 'restart-period' && (direction === 'upgrade' || direction === 'add');
  const change: PackChange = { id, from: from?.key ?? null, to, at: now, unused };

  const remaining = coming ? allowanceOf(coming.pack) : credits(held?.remaining ?? '0');
  const reserved = coming ? 0n : credits(held?.reserved ?? '0');
  const free = coming || (held && !held.ended) ? remaining - reserved : 0n;
  const stepsDown = direction === 'downgrade' || direction === 'remove';
  const kept = allowanceOf(ground.to);
  const lost = stepsDown ? least(free, above(remaining, kept)) : free;
  const take: LedgerCommand | undefined =
    restarts && unused === 'time-and-credits' && current && held && !held.ended
      ? { do: 'cut', key: current.grantKey, cause: changeCause(id), atMost: '0' }
      : undefined;
  const takes = take !== undefined || (stepsDown && unused === 'time-and-credits');
  return {
    direction,
    change,
    creditsAfter: formatCredits(stepsDown ? remaining - lost : allowanceOf(ground.to)),
    creditsLost: formatCredits(lost),
    credited: takes ? creditFor(ground, lost, now) + (restarts ? otherLines(ground, now) : 0) : 0,
    ...(take ? { take } : {}),
    undo: take && current ? [{ do: 'restore', key: current.grantKey, cause: changeCause(id) }] : [],
  };
}

/**
 * The requests, in order; `taken` is what `take` really took, as the books answered. If the last one is
 * refused, send `removeCredit(plan)` and do `undo`.
 */
export function changeRequests(
  input: BillingInput,
  plan: ChangePlan,
  taken: CreditsText = '0',
): readonly StripeCommand[] {
  const { catalogue } = input;
  const { change, direction, take } = plan;
  const ground = groundOf(input, change.to);
  const { id: subscription } = ground.life.subscription;
  const goesUp = direction === 'upgrade' || direction === 'add';
  const restartPeriod = goesUp && catalogue.policies.upgradeBilling === 'restart-period';
  const ours = change.unused === 'time-and-credits' && (restartPeriod || !goesUp);
  const amount =
    restartPeriod && ours
      ? (take ? creditFor(ground, credits(taken), change.at) : 0) + otherLines(ground, change.at)
      : 0;
  const credit: StripeCommand = {
    do: 'credit-unused',
    key: unusedKey(change.id),
    subscription,
    amount,
    currency: catalogue.currency,
    description: `Unused part of ${ground.from?.name ?? 'the period'}`,
  };
  return [
    ...(amount > 0 ? [credit] : []),
    {
      do: 'change-pack',
      key: `change:${change.id}`,
      subscription,
      ...(ground.life.item ? { item: ground.life.item.id } : {}),
      lookupKey: ground.to?.lookupKey ?? null,
      // Stripe would credit the unused time of a period that nobody has paid.
      proration: ours || ground.life.overdue ? 'none' : goesUp ? 'invoice-now' : 'next-invoice',
      restartPeriod,
      ...(restartPeriod ? {} : { prorationDate: change.at }),
      change,
    },
  ];
}

export function removeCredit(input: BillingInput, { change }: ChangePlan): StripeCommand {
  const { life } = groundOf(input, change.to);
  const credit = unusedKey(change.id);
  return {
    do: 'remove-credit',
    key: `remove:${credit}`,
    credit,
    subscription: life.subscription.id,
  };
}

function groundOf({ catalogue, books, stripe, now }: BillingInput, to: string | null): Ground {
  const standing = standingOf(catalogue, stripe, now);
  const { life } = standing;
  const pack = to === null ? undefined : requireSoldPack(catalogue, to);
  const from = life?.phase === 'running' ? life.pack : undefined;
  const action =
    pack === undefined
      ? 'cancel-agent-line'
      : from === undefined
        ? 'subscribe'
        : allowanceOf(pack) < allowanceOf(from)
          ? 'downgrade'
          : 'upgrade';
  requireAction(action, catalogue, books, stripe, standing);
  if (!life || life.subscription.status === 'canceled' || pack?.key === from?.key) {
    throw new TollgateError('BILLING_ACTION_UNAVAILABLE', { action, state: standing.state });
  }
  const held = books.grants.find(({ key }) => key === life.current?.grantKey);
  const coming = comingPurchase(catalogue, stripe, life);
  return { life, from, to: pack, current: life.current, held, coming };
}

function directionOf({ from, to }: Ground): ChangePlan['direction'] {
  if (!to) return 'remove';
  if (!from) return 'add';
  return allowanceOf(to) > allowanceOf(from) ? 'upgrade' : 'downgrade';
}

/** What the credits that are taken are worth, of the pack that is given up. */
function creditFor(ground: Ground, taken: Credits, at: Seconds): MinorUnits {
  const { from, to, current } = ground;
  const bought = ground.coming ?? current;
  if (!bought || !from) return 0;
  const smaller = to && to.price < from.price ? to.price : 0;
  return unusedValue(from.price - smaller, taken, bought, at);
}

/** Where a new period begins, every other line begins anew too: its unused time is credited. */
function otherLines({ life }: Ground, at: Seconds): MinorUnits {
  return life.subscription.items
    .filter(({ id }) => id !== life.item?.id)
    .map(({ price, periodStart, periodEnd }) =>
      timeValue(price, { start: periodStart, end: periodEnd }, at),
    )
    .reduce((sum, value) => sum + value, 0);
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function above(amount: bigint, limit: bigint): bigint {
  return amount > limit ? amount - limit : 0n;
}
