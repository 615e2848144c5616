/**
 * What Stripe leaves to the Dashboard, where no API reads it: how unpaid invoices are tried again and what
 * happens when that ends. The times of the retries are ours; Stripe's are chosen by a model.
 */
export interface Settings {
  /** Automatic retries after the first failure. */
  retries: number;
  /** The retries lie within so many days of the first failure. */
  retryWindowDays: number;
  /** What becomes of the subscription after the last one. */
  afterLastRetry: 'cancel' | 'unpaid' | 'past_due';
  /** What becomes of the invoice then. */
  unpaidInvoice: 'open' | 'uncollectible';
  /** A renewal's draft waits, for up to 72 hours, for an endpoint that did not take `invoice.created`. */
  holdDrafts: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  retries: 8,
  retryWindowDays: 7,
  afterLastRetry: 'cancel',
  unpaidInvoice: 'open',
  holdDrafts: true,
};
