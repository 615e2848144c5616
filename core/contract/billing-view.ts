/**
 * What people see of an account's billing: the credits card, the subscription card, the banner, and
 * what can be done now. Plain JSON: credits as decimal strings, times as ISO strings.
 */
import type { CreditsText } from './credits';
import type { MinorUnits } from './plans';

export type BillingAction =
  | 'subscribe'
  | 'upgrade'
  | 'downgrade'
  | 'cancel'
  | 'resubscribe'
  | 'cancel-agent-line'
  | 'top-up'
  | 'set-auto-top-up'
  | 'portal';

/**
 * `free`: no pack. `active`: renews. `canceling`: ends with its period. `grace`: a payment failed and
 * Stripe tries again. `exhausted`: Stripe gave up; the free tier holds. `paid-late`: no longer
 * subscribed, but a late payment bought the rest of a period.
 */
export type BillingState = 'free' | 'active' | 'canceling' | 'grace' | 'exhausted' | 'paid-late';

export interface CreditsCard {
  readonly balance: CreditsText;
  readonly available: CreditsText;
  readonly reserved: CreditsText;
  /** Of the running pack's period. */
  readonly allowance?: CreditsText;
  /** What is left of the allowance. */
  readonly allowanceLeft?: CreditsText;
  /** When a new allowance begins. */
  readonly resetsAt?: string;
  /** When what is left of the allowance ends without a new one. */
  readonly endsAt?: string;
  /** When the drip next adds credits. */
  readonly refillsAt?: string;
  /** Taken back after it had been spent. */
  readonly unpaid?: CreditsText;
}

export interface SubscriptionCard {
  readonly state: BillingState;
  /** Key of the pack, or `free`. */
  readonly plan: string;
  readonly name: string;
  /** Per month. */
  readonly price: MinorUnits;
  readonly currency: string;
  /** The Pro line stands on the same subscription. */
  readonly pro: boolean;
  /** The next invoice, as far as it is known: all lines, less what is credited already. */
  readonly nextInvoice?: { readonly at: string; readonly amount: MinorUnits };
  readonly cancelsAt?: string;
}

export type Banner =
  | {
      readonly kind: 'payment-failed';
      readonly nextAttemptAt?: string;
      /** When the free tier takes over if nothing is paid. */
      readonly graceEndsAt: string;
      readonly invoiceUrl?: string;
    }
  | { readonly kind: 'payment-given-up'; readonly invoiceUrl?: string }
  | { readonly kind: 'frozen'; readonly cause: string }
  /** An automatic top-up could not be charged. The ways on: another card (portal), or a top-up by hand. */
  | {
      readonly kind: 'top-up-failed';
      readonly reason: 'declined' | 'authentication-required';
      /** When it is tried again; absent: not with this card, unless it is turned on anew. */
      readonly retryAt?: string;
    }
  | { readonly kind: 'canceling'; readonly at: string };

export type AutoTopUpState =
  'off' | 'ready' | 'charging' | 'ceiling-reached' | 'declined' | 'stopped' | 'no-payment-method';

export interface BillingView {
  readonly account: string;
  readonly at: string;
  readonly credits: CreditsCard;
  readonly subscription: SubscriptionCard;
  /** The most pressing one. */
  readonly banner?: Banner;
  readonly autoTopUp: AutoTopUpState;
  readonly actions: readonly BillingAction[];
}
