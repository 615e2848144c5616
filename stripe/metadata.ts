/** What Tollgate writes into the metadata of objects at Stripe. They are never renamed: old objects keep them. */

/** On customers, Checkout sessions, subscriptions: whose they are. */
export const ACCOUNT = 'tollgate_account';
/** On prices: key of the plan or top-up, for good, also when the lookup key has gone to a newer price. */
export const PLAN = 'tollgate_plan';
/** On invoice items and payments: which command made it. */
export const KEY = 'tollgate_key';
/** On a subscription: it is a second one beside this. */
export const DUPLICATE_OF = 'tollgate_duplicate_of';
/** On top-ups: `checkout` or `automatic`, and what was sold. */
export const TOP_UP = 'tollgate_top_up';
export const CREDITS = 'tollgate_credits';
export const PRICE = 'tollgate_price';
export const PAYMENT_METHOD = 'tollgate_payment_method';
/** On the portal configuration and the webhook endpoint: made by `tollgate stripe sync`. */
export const MADE_BY = 'tollgate_made_by';
