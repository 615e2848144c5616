/**
 * What is sold: one product each, with one active price under its lookup key. A price cannot be changed
 * at Stripe: a new one takes the lookup key over, and the old one stays for those who have it.
 */
import type Stripe from 'stripe';
import type { Catalogue, Sold } from '../../core/contract/plans';
import { ask, freshKey, writeKey } from '../ask';
import { isMissing } from '../failures';
import { idOf } from '../ids';
import { MADE_BY, PLAN } from '../metadata';
import type { Difference } from './difference';

interface Wanted {
  readonly sold: Sold;
  readonly currency: string;
  readonly monthly: boolean;
}

export async function findProductDifferences(
  sdk: Stripe,
  { packs, pro, topUps, currency }: Catalogue,
): Promise<readonly Difference[]> {
  const wanted: Wanted[] = [
    ...[...packs, ...(pro ? [pro] : [])].map((sold) => ({ sold, currency, monthly: true })),
    ...topUps.map((sold) => ({ sold, currency, monthly: false })),
  ];
  const differences = await Promise.all(wanted.map((one) => compare(sdk, one)));
  return differences.flat();
}

async function compare(sdk: Stripe, wanted: Wanted): Promise<readonly Difference[]> {
  const { sold } = wanted;
  const { data } = await ask(() => sdk.prices.list({ lookup_keys: [sold.lookupKey], limit: 1 }));
  const [price] = data;
  const product = await findProduct(sdk, idOf(price?.product) ?? productIdOf(sold));
  return [
    ...compareProduct(sdk, sold, product),
    ...comparePrice(sdk, wanted, price, product?.id ?? productIdOf(sold)),
  ];
}

function productIdOf({ key }: Sold): string {
  return `tollgate-${key}`;
}

async function findProduct(sdk: Stripe, id: string): Promise<Stripe.Product | undefined> {
  try {
    return await ask(() => sdk.products.retrieve(id));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function compareProduct(
  sdk: Stripe,
  sold: Sold,
  found: Stripe.Product | undefined,
): readonly Difference[] {
  const { name } = sold;
  if (!found) {
    const metadata = { [MADE_BY]: 'tollgate' };
    return [
      {
        kind: 'product',
        name: sold.key,
        change: 'create',
        detail: name,
        async apply() {
          // Under an id of ours, so that it is there once, whoever makes it.
          await ask(() =>
            sdk.products.create(
              { id: productIdOf(sold), name, metadata },
              writeKey('product', sold.key, name),
            ),
          );
          return {};
        },
      },
    ];
  }
  if (found.active && found.name === name) return [];
  return [
    {
      kind: 'product',
      name: sold.key,
      change: 'update',
      detail: found.active ? `name "${found.name}" → "${name}"` : 'archived → active',
      async apply() {
        await ask(() => sdk.products.update(found.id, { name, active: true }, freshKey('product')));
        return {};
      },
    },
  ];
}

function comparePrice(
  sdk: Stripe,
  wanted: Wanted,
  found: Stripe.Price | undefined,
  product: string,
): readonly Difference[] {
  const { sold } = wanted;
  const common = { kind: 'price', name: sold.key } as const;
  const text = describePrice(sold.price, wanted.currency, wanted.monthly);
  const make = async (): Promise<object> => {
    await createPrice(sdk, wanted, product, found);
    return {};
  };
  if (!found) return [{ ...common, change: 'create', detail: text, apply: make }];
  const monthly = found.recurring?.interval === 'month' && found.recurring.interval_count === 1;
  const old = describePrice(found.unit_amount ?? 0, found.currency, monthly);
  if (old !== text || (found.type === 'recurring') !== wanted.monthly || !found.active) {
    const detail = found.active ? `${old} → ${text}` : `archived → ${text}`;
    return [{ ...common, change: 'replace', detail, apply: make }];
  }
  if (found.metadata[PLAN] === sold.key) return [];
  return [
    {
      ...common,
      change: 'update',
      detail: `metadata ${PLAN} → ${sold.key}`,
      async apply() {
        await ask(() =>
          sdk.prices.update(found.id, { metadata: { [PLAN]: sold.key } }, freshKey('price')),
        );
        return {};
      },
    },
  ];
}

async function createPrice(
  sdk: Stripe,
  { sold, currency, monthly }: Wanted,
  product: string,
  old: Stripe.Price | undefined,
): Promise<void> {
  await ask(() =>
    sdk.prices.create(
      {
        product,
        currency,
        unit_amount: sold.price,
        lookup_key: sold.lookupKey,
        transfer_lookup_key: true,
        metadata: { [PLAN]: sold.key },
        ...(monthly ? { recurring: { interval: 'month' as const } } : {}),
      },
      // After the price that it takes over from: going back to an earlier price makes another one.
      writeKey('price', sold.key, String(sold.price), currency, old?.id ?? 'first'),
    ),
  );
  if (old?.active !== true) return;
  await ask(() =>
    sdk.prices.update(old.id, { active: false, metadata: { [PLAN]: sold.key } }, freshKey('price')),
  );
}

function describePrice(amount: number, currency: string, monthly: boolean): string {
  return `${(amount / 100).toFixed(2)} ${currency}${monthly ? ' a month' : ''}`;
}
