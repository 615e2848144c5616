/** One thing in which the Stripe account is not as the catalogue says, and how it is made so. */
export interface Difference {
  readonly kind: 'product' | 'price' | 'portal' | 'webhook-endpoint';
  /** Key of what is sold, or address of the endpoint. */
  readonly name: string;
  readonly change: 'create' | 'update' | 'replace';
  /** What is there and what should be, such as `price 5000 → 6000`. */
  readonly detail: string;
  /** Answers the signing secret of a new endpoint, which Stripe tells only once. */
  apply(): Promise<{ readonly secret?: string }>;
}
