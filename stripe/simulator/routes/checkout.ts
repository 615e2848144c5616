/** `/v1/checkout/sessions`: a page to pay on, for a subscription or for something bought once. */
import { z } from 'zod';
import { expireSession } from '../engine/expire-session';
import { costOf, priceOf } from '../engine/pricing';
import { linesOfSession } from '../engine/session-lines';
import type { PriceRow, SessionRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { isWithin, page } from '../wire/lists';
import {
  created,
  flag,
  id,
  instant,
  integer,
  mergeMetadata,
  metadata,
  paging,
  quantity,
  text,
} from '../wire/params';
import { route } from '../wire/route';
import { createPrice } from './catalogue';
import { emptySession } from './empty-session';
import { customerOf } from './customers';
import { billingMode } from './subscription-params';

const DAY = 86_400;
const SHORTEST_SECONDS = 30 * 60;

const priceData = z.strictObject({
  currency: z.string().length(3),
  product: id.optional(),
  product_data: z.strictObject({ name: text, metadata: metadata.optional() }).optional(),
  recurring: z
    .strictObject({
      interval: z.enum(['day', 'week', 'month', 'year']),
      interval_count: integer.optional(),
    })
    .optional(),
  unit_amount: integer,
});
const lineItem = z.strictObject({
  price: id.optional(),
  price_data: priceData.optional(),
  quantity: quantity.optional(),
});
const creation = z.strictObject({
  allowed_payment_method_types: z.array(z.enum(['card'])).optional(),
  cancel_url: text.optional(),
  client_reference_id: z.string().max(200).optional(),
  customer: id.optional(),
  customer_creation: z.enum(['always', 'if_required']).optional(),
  customer_email: text.optional(),
  expires_at: instant.optional(),
  invoice_creation: z.strictObject({ enabled: flag }).optional(),
  line_items: z.array(lineItem).min(1).max(20),
  locale: z.literal('auto').or(z.literal('en')).optional(),
  metadata: metadata.optional(),
  mode: z.enum(['payment', 'subscription']),
  payment_intent_data: z
    .strictObject({
      description: text.optional(),
      metadata: metadata.optional(),
      setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
    })
    .optional(),
  payment_method_collection: z.enum(['always', 'if_required']).optional(),
  submit_type: z.enum(['auto', 'book', 'donate', 'pay', 'subscribe']).optional(),
  subscription_data: z
    .strictObject({
      billing_mode: billingMode.optional(),
      description: text.optional(),
      metadata: metadata.optional(),
    })
    .optional(),
  success_url: text.optional(),
});
type Given = z.output<typeof creation>;

function create(world: World, given: Given): SessionRow {
  const customer = given.customer ? customerOf(world, given.customer, 'customer') : null;
  if (!given.success_url) {
    throw invalid('Missing required param: success_url.', 'success_url', 'parameter_missing');
  }
  checkMode(given);
  const now = world.now(customer?.test_clock);
  const expires = given.expires_at ?? now + DAY;
  if (expires < now + SHORTEST_SECONDS || expires > now + DAY) {
    throw invalid(
      'The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.',
      'expires_at',
    );
  }
  const items = given.line_items.map((it, index) => ({
    price: readPrice(world, given, it, index),
    quantity: it.quantity ?? 1,
  }));
  const session = world.newId(`cs_test`);
  const total = items.reduce((sum, it) => sum + costOf(it.price, it.quantity), 0);
  world.put({
    object: 'sim.session_items',
    id: session,
    items: items.map((it) => ({ price: it.price.id, quantity: it.quantity })),
    subscriptionData: {
      metadata: mergeMetadata(null, given.subscription_data?.metadata),
      description: given.subscription_data?.description ?? null,
    },
    billingMode: given.subscription_data?.billing_mode?.type ?? 'flexible',
    paymentData: {
      metadata: mergeMetadata(null, given.payment_intent_data?.metadata),
      description: given.payment_intent_data?.description ?? null,
      setupFutureUsage: given.payment_intent_data?.setup_future_usage ?? null,
    },
  });
  return world.put<SessionRow>({
    ...emptySession(session, given.mode),
    amount_subtotal: total,
    amount_total: total,
    cancel_url: given.cancel_url ?? null,
    client_reference_id: given.client_reference_id ?? null,
    created: now,
    currency: items[0]?.price.currency ?? 'usd',
    customer: customer?.id ?? null,
    customer_email: given.customer_email ?? null,
    expires_at: expires,
    invoice_creation:
      given.mode === 'payment' ? invoiceCreation(given.invoice_creation?.enabled ?? false) : null,
    metadata: mergeMetadata(null, given.metadata),
    success_url: given.success_url,
    url: `${world.url()}/checkout/${session}`,
  });
}

/** Parameters of one mode are refused in the other. */
function checkMode(given: Given): void {
  const foreign = given.mode === 'payment' ? 'subscription_data' : 'payment_intent_data';
  if (given[foreign] !== undefined) {
    throw invalid(`You can not pass \`${foreign}\` in \`${given.mode}\` mode.`, foreign);
  }
  if (given.mode === 'subscription' && given.invoice_creation) {
    throw invalid('You can only enable invoice creation in `payment` mode.', 'invoice_creation');
  }
}

function readPrice(
  world: World,
  given: Given,
  item: z.output<typeof lineItem>,
  index: number,
): PriceRow {
  const param = `line_items[${index}]`;
  const price = item.price_data
    ? createPrice(world, item.price_data)
    : priceOf(world, item.price ?? '', `${param}[price]`);
  const fits = given.mode === 'subscription' || price.type === 'one_time';
  if (fits) return price;
  throw invalid(
    'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
    `${param}[price]`,
  );
}

function invoiceCreation(enabled: boolean): SessionRow['invoice_creation'] {
  const invoice_data = {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: null,
    metadata: {},
    rendering_options: null,
  };
  return { enabled, invoice_data };
}

function sessionOf(world: World, session: string): SessionRow {
  const row = world.get('checkout.session', session);
  if (!row) throw missing('checkout.session', session);
  return row;
}

const nothing = z.strictObject({});
const PATH = '/v1/checkout/sessions';

export const checkoutRoutes = [
  route('POST', PATH, creation, create),
  route(
    'GET',
    PATH,
    z.strictObject({
      ...paging,
      created,
      customer: id.optional(),
      payment_intent: id.optional(),
      status: z.enum(['complete', 'expired', 'open']).optional(),
      subscription: id.optional(),
    }),
    (world, given) => {
      const found = world
        .all('checkout.session')
        .reverse()
        .filter(
          (it) =>
            (!given.customer || it.customer === given.customer) &&
            (!given.payment_intent || it.payment_intent === given.payment_intent) &&
            (!given.status || it.status === given.status) &&
            (!given.subscription || it.subscription === given.subscription) &&
            isWithin(it.created, given.created),
        );
      return page(found, given, PATH);
    },
  ),
  route('GET', `${PATH}/:id`, nothing, (world, _given, ids) => sessionOf(world, ids['id'] ?? '')),
  route('GET', `${PATH}/:id/line_items`, z.strictObject(paging), (world, given, ids) => {
    const { id: session } = sessionOf(world, ids['id'] ?? '');
    return page(linesOfSession(world, session), given, `${PATH}/${session}/line_items`);
  }),
  route('POST', `${PATH}/:id/expire`, nothing, (world, _given, ids) => {
    const row = sessionOf(world, ids['id'] ?? '');
    if (row.status === 'open') return expireSession(world, row);
    throw invalid(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${String(row.status)}\`.`,
    );
  }),
];
