/**
 * What billing asks of Stripe. Each carries the key that makes it harmless when sent again: the
 * gateway uses it as the idempotency key, and writes it into metadata where the object has any.
 */
import type { CreditsText } from './credits';
import type { PackChange } from './pack-change';
import type { MinorUnits, Seconds } from './plans';

export type StripeCommand =
  /** A negative invoice item of the subscription, for the next invoice. `amount` is positive. */
  | {
      readonly do: 'credit-unused';
      readonly key: string;
      readonly subscription: string;
      readonly amount: MinorUnits;
      readonly currency: string;
      readonly description: string;
    }
  /** Takes a waiting item away again: the one that `credit-unused` made under the key `credit`. */
  | {
      readonly do: 'remove-credit';
      readonly key: string;
      readonly credit: string;
      readonly subscription: string;
    }
  /** Puts the pack on, changes it, or (`to` null) takes it off the subscription. */
  | {
      readonly do: 'change-pack';
      readonly key: string;
      readonly subscription: string;
      /** The item to change; absent: a new one. */
      readonly item?: string;
      /** Lookup key of the new price; null removes the item. */
      readonly lookupKey: string | null;
      /** `invoice-now`: Stripe's `always_invoice`; `next-invoice`: `create_prorations`. */
      readonly proration: 'none' | 'next-invoice' | 'invoice-now';
      /** Starts a new period at once (`billing_cycle_anchor: now`). */
      readonly restartPeriod: boolean;
      /** The time that Stripe prorates from; the preview's. Absent where a new period begins. */
      readonly prorationDate?: Seconds;
      /** For the subscription's metadata. A card that fails must leave everything as it was. */
      readonly change: PackChange;
    }
  /** `now` ends it at once without proration and voids what is open; else at the period's end. */
  | {
      readonly do: 'cancel';
      readonly key: string;
      readonly subscription: string;
      readonly now: boolean;
    }
  /** Clears `cancel_at_period_end` and `cancel_at`. */
  | { readonly do: 'resubscribe'; readonly key: string; readonly subscription: string }
  /** A second subscription: marks it, ends it at once without proration, refunds what it took. */
  | {
      readonly do: 'cancel-duplicate';
      readonly key: string;
      readonly subscription: string;
      readonly duplicateOf: string;
      readonly invoices: readonly string[];
    }
  /** Tries an open invoice with a payment method that has not been tried on it. */
  | {
      readonly do: 'pay-invoice';
      readonly key: string;
      readonly invoice: string;
      readonly paymentMethod: string;
    }
  /** From now on the subscription is charged to this payment method. */
  | {
      readonly do: 'use-payment-method';
      readonly key: string;
      readonly subscription: string;
      readonly paymentMethod: string;
    }
  /** Checkout in subscription mode. */
  | { readonly do: 'checkout-pack'; readonly key: string; readonly lookupKey: string }
  /** Checkout in payment mode. */
  | {
      readonly do: 'checkout-top-up';
      readonly key: string;
      readonly lookupKey: string;
      readonly credits: CreditsText;
    }
  /** A top-up charged to the card on file, without the customer there. */
  | {
      readonly do: 'charge-top-up';
      readonly key: string;
      readonly lookupKey: string;
      readonly credits: CreditsText;
      readonly price: MinorUnits;
      readonly currency: string;
      readonly paymentMethod: string;
    };
