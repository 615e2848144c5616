/**
 * Brings a Stripe account to what the catalogue says: products, prices, portal, webhook endpoint. Run
 * again it finds nothing to do. It never removes anything that people may have bought.
 */
import type { Catalogue } from '../../core/contract/plans';
import { connectStripe, type StripeSettings } from '../connection';
import type { Difference } from './difference';
import { findPortalDifferences } from './portal';
import { findProductDifferences } from './products';
import { findWebhookDifferences } from './webhook-endpoint';

export interface SyncOptions extends StripeSettings {
  readonly catalogue: Catalogue;
  /** Address of the server's webhook route; without it endpoints are left alone. */
  readonly webhookUrl?: string;
  /** Find the differences and change nothing. */
  readonly dryRun?: boolean;
}

export interface Synced {
  readonly livemode: boolean;
  readonly differences: readonly Omit<Difference, 'apply'>[];
  /** Signing secret of an endpoint that was made now. Stripe does not tell it again. */
  readonly webhookSecret?: string;
}

/** @throws CONFIG_INVALID, STRIPE_REFUSED, STRIPE_UNAVAILABLE, STRIPE_KEY_REFUSED */
export async function syncStripe(options: SyncOptions): Promise<Synced> {
  const { catalogue, webhookUrl, dryRun = false } = options;
  const { sdk, livemode } = connectStripe(options);
  const differences = [
    ...(await findProductDifferences(sdk, catalogue)),
    ...(await findPortalDifferences(sdk)),
    ...(webhookUrl === undefined ? [] : await findWebhookDifferences(sdk, webhookUrl)),
  ];
  let secret: string | undefined;
  if (!dryRun) {
    // In order: a price needs its product.
    for (const difference of differences) secret = (await difference.apply()).secret ?? secret;
  }
  return {
    livemode,
    differences: differences.map(({ apply: _, ...said }) => said),
    ...(secret === undefined ? {} : { webhookSecret: secret }),
  };
}
