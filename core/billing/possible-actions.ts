/** What the account's owner can do now. The plans of each action refuse what is not in this list. */
import type { BillingBooks } from '../contract/billing-books';
import type { BillingAction } from '../contract/billing-view';
import { TollgateError } from '../contract/errors';
import type { Catalogue, Seconds } from '../contract/plans';
import type { StripeSnapshot } from '../contract/stripe-snapshot';
import { comingPurchase } from './coming-purchase';
import { allowanceOf } from './plans';
import type { Standing } from './standing';
import type { SubscriptionLife } from './subscription-life';
import { isoTime } from './times';

export function possibleActions(
  catalogue: Catalogue,
  { frozen }: BillingBooks,
  stripe: StripeSnapshot,
  { state, life }: Standing,
): readonly BillingAction[] {
  const { customer } = stripe;
  const sold = catalogue.packs.filter(({ retired }) => retired !== true).map(allowanceOf);
  const now = allowanceOf(life?.pack);
  const pro = life?.subscription.items.some(({ plan }) => plan === catalogue.pro?.key) ?? false;
  // Without the other line, cancelling is of the whole subscription, at its period's end.
  const leave: BillingAction = pro ? 'cancel-agent-line' : 'cancel';
  const portal: readonly BillingAction[] = customer ? ['portal'] : [];
  const buy: readonly BillingAction[] = frozen
    ? []
    : ['top-up', ...(customer?.paymentMethod ? (['set-auto-top-up'] as const) : [])];
  switch (state) {
    case 'active': {
      const rises =
        sold.some((one) => one > now) && waitsUntil(catalogue, stripe, life) === undefined;
      const up: readonly BillingAction[] = rises ? ['upgrade'] : [];
      const down: readonly BillingAction[] = sold.some((one) => one < now) ? ['downgrade'] : [];
      return frozen ? [leave, ...portal] : [...up, ...down, leave, ...buy, ...portal];
    }
    case 'canceling':
      return ['resubscribe', ...buy, ...portal];
    case 'grace':
      return [leave, ...buy, ...portal];
    default: {
      const returns = !frozen && waitsUntil(catalogue, stripe, life) === undefined;
      return [...(returns ? (['subscribe'] as const) : []), ...buy, ...portal];
    }
  }
}

/**
 * A way up that would pay anew for what a draft bills anyway has to wait until that is paid: up again after
 * a step down in that hour, and a new period in place of one whose credits are not there yet to be credited.
 */
function waitsUntil(
  catalogue: Catalogue,
  stripe: StripeSnapshot,
  life: SubscriptionLife | undefined,
): Seconds | undefined {
  const coming = life && comingPurchase(catalogue, stripe, life);
  if (!coming) return undefined;
  const { upgradeBilling, unused } = catalogue.policies;
  const restarts = upgradeBilling === 'restart-period' && unused === 'time-and-credits';
  const isPaidTwice = restarts || allowanceOf(coming.pack) > allowanceOf(life.pack);
  const draft = stripe.invoices.find(({ id }) => id === coming.invoice);
  return isPaidTwice ? draft?.finalizesAt : undefined;
}

/** @throws BILLING_ACTION_UNAVAILABLE */
export function requireAction(
  action: BillingAction,
  catalogue: Catalogue,
  books: BillingBooks,
  stripe: StripeSnapshot,
  standing: Standing,
): void {
  if (possibleActions(catalogue, books, stripe, standing).includes(action)) return;
  const { state, life } = standing;
  const rises = action === 'upgrade' || action === 'subscribe';
  const until = rises ? waitsUntil(catalogue, stripe, life) : undefined;
  const details = { action, state, ...(until === undefined ? {} : { until: isoTime(until) }) };
  throw new TollgateError('BILLING_ACTION_UNAVAILABLE', details);
}
