/** What the account's owner can do now. The plans of each action refuse what is not in this list. */
import type { BillingBooks } from '../contract/billing-books';
import type { BillingAction } from '../contract/billing-view';
import { TollgateError } from '../contract/errors';
import type { Catalogue } from '../contract/plans';
import type { StripeSnapshot } from '../contract/stripe-snapshot';
import { comingPurchase } from './coming-purchase';
import { allowanceOf } from './plans';
import type { Standing } from './standing';
import type { SubscriptionLife } from './subscription-life';

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
      const rises = sold.some((one) => one > now) && !isPaidTwice(catalogue, stripe, life);
      const up: readonly BillingAction[] = rises ? ['upgrade'] : [];
      const down: readonly BillingAction[] = sold.some((one) => one < now) ? ['downgrade'] : [];
      return frozen ? [leave, ...portal] : [...up, ...down, leave, ...buy, ...portal];
    }
    case 'canceling':
      return ['resubscribe', ...buy, ...portal];
    case 'grace':
      return [leave, ...buy, ...portal];
    default: {
      const returns = !frozen && !isPaidTwice(catalogue, stripe, life);
      return [...(returns ? (['subscribe'] as const) : []), ...buy, ...portal];
    }
  }
}

/**
 * A way up that would pay anew for what a draft bills anyway has to wait until that is paid: up again after
 * a step down in that hour, and a new period in place of one whose credits are not there yet to be credited.
 */
function isPaidTwice(
  catalogue: Catalogue,
  stripe: StripeSnapshot,
  life: SubscriptionLife | undefined,
): boolean {
  const coming = life && comingPurchase(catalogue, stripe, life);
  if (!coming) return false;
  const { upgradeBilling, unused } = catalogue.policies;
  const restarts = upgradeBilling === 'restart-period' && unused === 'time-and-credits';
  return restarts || allowanceOf(coming.pack) > allowanceOf(life.pack);
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
  throw new TollgateError('BILLING_ACTION_UNAVAILABLE', { action, state: standing.state });
}
