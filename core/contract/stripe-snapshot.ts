/**
 * What Stripe says about one customer, normalised by the gateway: plain JSON, our plan keys in place
 * of price ids, and only what the billing rules read. Money is in minor units, times are seconds.
 *
 * It holds every subscription, invoice and top-up of the customer that the rules may still need:
 * all of them, or at least everything since the oldest one that is not yet final.
 */
import type { CreditsText } from './credits';
import type { PackChange } from './pack-change';
import type { MinorUnits, Seconds } from './plans';

export interface StripeSnapshot {
  readonly readAt: Seconds;
  /** Absent while the account has never been to Stripe. */
  readonly customer?: CustomerSnapshot;
  readonly subscriptions: readonly SubscriptionSnapshot[];
  /** Oldest first. */
  readonly invoices: readonly InvoiceSnapshot[];
  /** Invoice items that wait for the next invoice. */
  readonly pendingItems: readonly BilledSnapshot[];
  readonly topUps: readonly TopUpSnapshot[];
}

export interface CustomerSnapshot {
  readonly id: string;
  /** Negative: credit that lowers the next invoice. */
  readonly balance: MinorUnits;
  /** The method to charge: of the subscription's own and the customer's, the one that was added last. */
  readonly paymentMethod?: string;
}

export interface SubscriptionSnapshot {
  readonly id: string;
  /** Stripe's word: active, trialing, past_due, unpaid, incomplete, incomplete_expired, canceled, paused, or a new one. */
  readonly status: string;
  readonly createdAt: Seconds;
  /** Set for both ways to cancel at a period's end (`cancel_at_period_end` and `cancel_at`). */
  readonly cancelAt?: Seconds;
  readonly endedAt?: Seconds;
  /** Stripe's reason of the cancellation, such as `payment_failed`, `cancellation_requested`. */
  readonly endReason?: string;
  readonly items: readonly SubscriptionItemSnapshot[];
  /** The last change of packs that was made by us (metadata). */
  readonly change?: PackChange;
  /** Its own payment method, which Stripe charges before the customer's. */
  readonly paymentMethod?: string;
  /** We have marked it as a second subscription of the same customer (metadata). */
  readonly duplicateOf?: string;
}

export interface SubscriptionItemSnapshot {
  readonly id: string;
  /** Key of a pack or of the Pro line; null for a price that is not ours. */
  readonly plan: string | null;
  readonly price: MinorUnits;
  readonly periodStart: Seconds;
  readonly periodEnd: Seconds;
}

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';

export interface InvoiceSnapshot {
  readonly id: string;
  readonly status: InvoiceStatus;
  readonly subscription?: string;
  readonly createdAt: Seconds;
  readonly paidAt?: Seconds;
  readonly amountDue: MinorUnits;
  readonly attemptCount: number;
  readonly nextAttemptAt?: Seconds;
  /** A draft is finalised and charged by itself then. */
  readonly finalizesAt?: Seconds;
  /** Stripe's page to pay it. */
  readonly hostedUrl?: string;
  /** The payment method that the last failed attempt used. */
  readonly triedPaymentMethod?: string;
  /** All of them: page on where Stripe says `has_more`. */
  readonly lines: readonly InvoiceLineSnapshot[];
  readonly payments: readonly PaymentSnapshot[];
}

/** What an invoice says of one plan, or an item that waits for the next invoice. */
export interface BilledSnapshot {
  readonly id: string;
  /** Key of a pack or of the Pro line; null for anything else. */
  readonly plan: string | null;
  readonly subscription?: string;
  /** Before discounts; negative for a credit. */
  readonly amount: MinorUnits;
  /** Part of a period, not a whole one. */
  readonly proration: boolean;
  readonly period: { readonly start: Seconds; readonly end: Seconds };
  /** Metadata `tollgate_key` of the invoice item: says which of our commands made it. */
  readonly key?: string;
}

/** Its id is the key of the grant that it pays for. */
export interface InvoiceLineSnapshot extends BilledSnapshot {
  /** Sum of its discounts, zero or more. */
  readonly discount: MinorUnits;
}

/** A payment that arrived, with what has been taken back of it. */
export interface PaymentSnapshot {
  /** PaymentIntent, or charge where there is none. */
  readonly id: string;
  readonly amount: MinorUnits;
  readonly refunds: readonly RefundSnapshot[];
  readonly disputes: readonly DisputeSnapshot[];
}

export interface RefundSnapshot {
  readonly id: string;
  readonly amount: MinorUnits;
  /** Stripe's word: succeeded, pending, requires_action, failed, canceled. */
  readonly status: string;
}

export interface DisputeSnapshot {
  readonly id: string;
  readonly amount: MinorUnits;
  /** Stripe's word: needs_response, under_review, won, lost, warning_…, prevented. */
  readonly status: string;
}

/** A purchase of credits outside of a subscription. */
export interface TopUpSnapshot {
  /** Checkout session, or PaymentIntent of an automatic one: the key of its grant. */
  readonly id: string;
  readonly automatic: boolean;
  /** `failed`: declined, or an asynchronous payment that did not come; `expired`: nobody paid. */
  readonly status: 'open' | 'processing' | 'paid' | 'failed' | 'expired';
  /** Written into its metadata when it was made, so that a later catalogue changes nothing. */
  readonly credits: CreditsText;
  readonly price: MinorUnits;
  readonly createdAt: Seconds;
  /** Why an automatic one failed: the card said no, or wanted its holder, who was not there. */
  readonly failedFor?: 'declined' | 'authentication-required';
  /** The payment method that an automatic one used. */
  readonly paymentMethod?: string;
  readonly payment?: PaymentSnapshot;
}
