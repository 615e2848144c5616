/**
 * Which price is which plan. Ours carry the plan's key in their metadata; one that was made by hand is
 * known by its lookup key.
 */
import type Stripe from 'stripe';
import { TollgateError } from '../core/contract/errors';
import type { Catalogue } from '../core/contract/plans';
import { ask } from './ask';
import { PLAN } from './metadata';

/** How long a price is remembered, and how many. Prices hardly ever change. */
const REMEMBERED_MS = 10 * 60_000;
const MAX_REMEMBERED = 10_000;

export interface Prices {
  /** The price that is sold under a lookup key. @throws STRIPE_NOT_SET_UP */
  idOf(lookupKey: string): Promise<string>;
  /** Key of the plan; null for a price that is not ours. */
  planOf(price: Stripe.Price | string | null | undefined): Promise<string | null>;
}

export function readPrices(sdk: Stripe, catalogue: Catalogue): Prices {
  const { packs, pro, topUps } = catalogue;
  const plans = new Map(
    [...packs, ...(pro ? [pro] : []), ...topUps].map(({ key, lookupKey }) => [lookupKey, key]),
  );
  const keys = new Set(plans.values());
  const remembered = new Map<string, { readonly plan: string | null; readonly until: number }>();

  const planIn = ({ metadata, lookup_key }: Stripe.Price): string | null => {
    const written = metadata[PLAN];
    if (written !== undefined && keys.has(written)) return written;
    return plans.get(lookup_key ?? '') ?? null;
  };

  return {
    async idOf(lookupKey) {
      const { data } = await ask(() =>
        sdk.prices.list({ lookup_keys: [lookupKey], active: true, limit: 1 }),
      );
      const [price] = data;
      if (price) return price.id;
      throw new TollgateError('STRIPE_NOT_SET_UP', { price: lookupKey });
    },

    async planOf(price) {
      if (!price) return null;
      if (typeof price !== 'string') return planIn(price);
      const known = remembered.get(price);
      if (known && known.until > Date.now()) return known.plan;
      const plan = planIn(await ask(() => sdk.prices.retrieve(price)));
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(price, { plan, until: Date.now() + REMEMBERED_MS });
      return plan;
    },
  };
}
