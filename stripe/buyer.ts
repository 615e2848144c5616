/** For whom something is asked of Stripe. */
export interface Buyer {
  readonly account: string;
  /** Id of the customer at Stripe. */
  readonly customer: string;
  /** Where Stripe's pages send the customer back to. */
  readonly returnUrl: string;
}
