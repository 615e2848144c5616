/** What the account's owner can do now. The plans of each action refuse what is not in this list. */
import type { BillingBooks } from '../contract/billing-books';
import type { BillingAction } from '../contract/billing-view';
import { TollgateError } from '../contract/errors';
import type { Catalogue } from '../contract/plans';
import type { StripeSnapshot } from '../contract/stripe-snapshot';
import { allowanceOf } from './plans';
import type { Standing } from './standing';

export function possibleActions(
  catalogue: Catalogue,
  { frozen }: BillingBooks,
  { customer }: StripeSnapshot,
  { state, life }: Standing,
): readonly BillingAction[] {
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
      const up: readonly BillingAction[] = sold.some((one) => one > now) ? ['upgrade'] : [];
      const down: readonly BillingAction[] = sold.some((one) => one < now) ? ['downgrade'] : [];
      return frozen ? [leave, ...portal] : [...up, ...down, leave, ...buy, ...portal];
    }
    case 'canceling':
      return ['resubscribe', ...buy, ...portal];
    case 'grace':
      return [leave, ...buy, ...portal];
    default:
      return frozen ? portal : ['subscribe', ...buy, ...portal];
  }
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
