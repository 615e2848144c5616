/**
 * `tollgate/billing`: for programs of an author's own that keep subscriptions: the gateway that
 * `startTollgate` is given, what is sold, and the server that takes Stripe's webhooks.
 */
export { openGateway, type GatewayOptions, type StripeGateway } from './stripe/gateway';
export type { BillingDeps } from './activities/billing-input';
export { DEFAULT_CATALOGUE, defineCatalogue } from './core/billing/plans';
export type { BillingPolicies, Catalogue, Pack, TopUp } from './core/contract/plans';
export { openServer, type RunningServer, type ServerOptions } from './server/open-server';
export { syncStripe, type Synced, type SyncOptions } from './stripe/sync/sync-stripe';
