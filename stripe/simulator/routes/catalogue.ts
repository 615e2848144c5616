/** `/v1/products` and `/v1/prices`. */
import { z } from 'zod';
import { decimal, priceOf } from '../engine/pricing';
import { changeRow, emit } from '../state/events';
import type { PriceRow, ProductRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { isWithin, page } from '../wire/lists';
import {
  created,
  emptyable,
  flag,
  id,
  integer,
  mergeMetadata,
  metadata,
  paging,
  text,
  withoutUndefined,
} from '../wire/params';
import { route } from '../wire/route';

const productFields = {
  active: flag.optional(),
  description: emptyable(text).optional(),
  metadata: metadata.optional(),
  unit_label: emptyable(text).optional(),
  url: emptyable(text).optional(),
};
const lookupKey = z.string().max(200);
const productCreation = z.strictObject({ ...productFields, id: id.optional(), name: text });
const amounts = {
  currency: z.string().length(3).toLowerCase(),
  unit_amount: integer.pipe(z.number().min(0)).optional(),
};
const recurring = z.strictObject({
  interval: z.enum(['day', 'week', 'month', 'year']),
  interval_count: integer.pipe(z.number().min(1)).optional(),
  usage_type: z.enum(['licensed']).optional(),
});
const priceCreation = z.strictObject({
  ...amounts,
  active: flag.optional(),
  billing_scheme: z.enum(['per_unit']).optional(),
  lookup_key: lookupKey.optional(),
  metadata: metadata.optional(),
  nickname: text.optional(),
  product: id.optional(),
  product_data: z
    .strictObject({ name: text, metadata: metadata.optional(), id: id.optional() })
    .optional(),
  recurring: recurring.optional(),
  tax_behavior: z.enum(['exclusive', 'inclusive', 'unspecified']).optional(),
  transfer_lookup_key: flag.optional(),
});
const priceChange = z.strictObject({
  active: flag.optional(),
  lookup_key: emptyable(lookupKey).optional(),
  metadata: metadata.optional(),
  nickname: emptyable(text).optional(),
  transfer_lookup_key: flag.optional(),
});

function createProduct(world: World, given: z.output<typeof productCreation>): ProductRow {
  const { metadata: meta, id: wanted, ...plain } = given;
  if (wanted && world.get('product', wanted)) {
    throw invalid('Product already exists.', 'id', 'resource_already_exists');
  }
  const now = world.wallNow();
  const row = world.put<ProductRow>({
    id: wanted ?? world.newId('prod'),
    object: 'product',
    active: true,
    created: now,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: mergeMetadata(null, meta),
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: now,
    url: null,
    ...withoutUndefined(plain),
    name: plain.name,
  });
  emit(world, 'product.created', row);
  return row;
}

export function createPrice(world: World, given: z.output<typeof priceCreation>): PriceRow {
  const key = given.lookup_key ?? null;
  takeLookupKey(world, key, given.transfer_lookup_key ?? false);
  if (given.unit_amount === undefined) {
    throw invalid('Missing required param: unit_amount.', 'unit_amount', 'parameter_missing');
  }
  const row = world.put<PriceRow>({
    id: world.newId('price'),
    object: 'price',
    active: given.active ?? true,
    billing_scheme: 'per_unit',
    created: world.wallNow(),
    currency: given.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: key,
    metadata: mergeMetadata(null, given.metadata),
    nickname: given.nickname ?? null,
    product: productFor(world, given),
    recurring: given.recurring
      ? {
          interval: given.recurring.interval,
          interval_count: given.recurring.interval_count ?? 1,
          meter: null,
          trial_period_days: null,
          usage_type: 'licensed',
        }
      : null,
    tax_behavior: given.tax_behavior ?? 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: given.recurring ? 'recurring' : 'one_time',
    unit_amount: given.unit_amount,
    unit_amount_decimal: decimal(given.unit_amount),
  });
  emit(world, 'price.created', row);
  return row;
}

function productFor(world: World, given: z.output<typeof priceCreation>): string {
  if (given.product_data) return createProduct(world, given.product_data).id;
  if (!given.product) {
    throw invalid('Missing required param: product.', 'product', 'parameter_missing');
  }
  if (!world.get('product', given.product)) throw missing('product', given.product, 'product');
  return given.product;
}

/** A lookup key belongs to one price; taking it from another must be asked for. */
function takeLookupKey(world: World, key: string | null, transfer: boolean, self?: string): void {
  const holder = world.all('price').find((it) => key && it.lookup_key === key && it.id !== self);
  if (!holder) return;
  if (!transfer) {
    throw invalid(
      `A price (\`${holder.id}\`) already uses that lookup key.`,
      'lookup_key',
      'resource_already_exists',
    );
  }
  changeRow(world, holder, { lookup_key: null }, 'price.updated');
}

function changePrice(world: World, given: z.output<typeof priceChange>, price: PriceRow): PriceRow {
  const { metadata: meta, transfer_lookup_key: transfer = false, ...plain } = given;
  takeLookupKey(world, plain.lookup_key ?? null, transfer, price.id);
  return changeRow(
    world,
    price,
    { ...withoutUndefined(plain), metadata: mergeMetadata(price.metadata, meta) },
    'price.updated',
  );
}

function productOf(world: World, ids: Record<string, string>): ProductRow {
  const row = world.get('product', ids['id']);
  if (!row) throw missing('product', ids['id'] ?? '');
  return row;
}

const nothing = z.strictObject({});

export const catalogueRoutes = [
  route('POST', '/v1/products', productCreation, createProduct),
  route(
    'GET',
    '/v1/products',
    z.strictObject({ ...paging, created, active: flag.optional(), ids: z.array(id).optional() }),
    (world, given) => {
      const found = world
        .all('product')
        .reverse()
        .filter(
          (it) =>
            (given.active === undefined || it.active === given.active) &&
            (!given.ids || given.ids.includes(it.id)) &&
            isWithin(it.created, given.created),
        );
      return page(found, given, '/v1/products');
    },
  ),
  route('GET', '/v1/products/:id', nothing, (world, _given, ids) => productOf(world, ids)),
  route(
    'POST',
    '/v1/products/:id',
    z.strictObject({ ...productFields, name: text.optional(), default_price: id.optional() }),
    (world, { metadata: meta, ...plain }, ids) => {
      const row = productOf(world, ids);
      const changes = { ...withoutUndefined(plain), metadata: mergeMetadata(row.metadata, meta) };
      return changeRow(world, row, { ...changes, updated: world.wallNow() }, 'product.updated');
    },
  ),
  route('POST', '/v1/prices', priceCreation, createPrice),
  route(
    'GET',
    '/v1/prices',
    z.strictObject({
      ...paging,
      created,
      active: flag.optional(),
      currency: text.optional(),
      lookup_keys: z.array(lookupKey).max(10).optional(),
      product: id.optional(),
      type: z.enum(['one_time', 'recurring']).optional(),
    }),
    (world, given) => {
      const found = world
        .all('price')
        .reverse()
        .filter(
          (it) =>
            (given.active === undefined || it.active === given.active) &&
            (!given.currency || it.currency === given.currency) &&
            (!given.lookup_keys || given.lookup_keys.includes(it.lookup_key ?? '')) &&
            (!given.product || it.product === given.product) &&
            (!given.type || it.type === given.type) &&
            isWithin(it.created, given.created),
        );
      return page(found, given, '/v1/prices');
    },
  ),
  route('GET', '/v1/prices/:id', nothing, (world, _given, ids) => {
    const row = world.get('price', ids['id']);
    if (!row) throw missing('price', ids['id'] ?? '');
    return row;
  }),
  route('POST', '/v1/prices/:id', priceChange, (world, given, ids) =>
    changePrice(world, given, priceOf(world, ids['id'] ?? '', 'id')),
  ),
];
