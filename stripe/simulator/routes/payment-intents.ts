/** `/v1/payment_intents`: payments without an invoice, made and confirmed through the API. */
import { z } from 'zod';
import { cancelIntent, confirmIntent, methodForIntent } from '../engine/confirm-intent';
import { openIntent } from '../engine/intents';
import type { PaymentIntentRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { flag, id, integer, mergeMetadata, metadata, text } from '../wire/params';
import { route } from '../wire/route';
import { customerOf } from './customers';

/** Stripe's least charge in dollars; other currencies have others. */
const LEAST = 50;
const MOST = 99_999_999;

const confirmation = {
  error_on_requires_action: flag.optional(),
  off_session: flag.optional(),
  payment_method: id.optional(),
  return_url: text.optional(),
};
const creation = z.strictObject({
  ...confirmation,
  allowed_payment_method_types: z.array(z.enum(['card'])).optional(),
  amount: integer,
  automatic_payment_methods: z
    .strictObject({ enabled: flag, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
  confirm: flag.optional(),
  currency: z.string().length(3),
  customer: id.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
});

function create(world: World, given: z.output<typeof creation>): PaymentIntentRow {
  if (given.amount < LEAST && given.currency === 'usd') {
    throw invalid('Amount must be at least $0.50 usd', 'amount', 'amount_too_small');
  }
  if (given.amount > MOST || given.amount < 1) {
    const code = given.amount < 1 ? 'parameter_invalid_integer' : 'amount_too_large';
    throw invalid(`Invalid amount: ${given.amount}`, 'amount', code);
  }
  if (!given.confirm && (given.off_session ?? given.error_on_requires_action) !== undefined) {
    const param = given.off_session === undefined ? 'error_on_requires_action' : 'off_session';
    throw invalid(`The parameter \`${param}\` can only be passed when \`confirm\` is true.`, param);
  }
  const customer = given.customer ? customerOf(world, given.customer, 'customer').id : null;
  const method = given.payment_method
    ? methodForIntent(world, given.payment_method, customer)
    : undefined;
  const intent = openIntent(world, {
    amount: given.amount,
    currency: given.currency.toLowerCase(),
    customer,
    description: given.description ?? null,
    metadata: mergeMetadata(null, given.metadata),
    setupFutureUsage: null,
    method: method?.id ?? null,
    automatic: automatic(given),
  });
  return given.confirm ? confirm(world, intent, given) : intent;
}

/** On unless the types are named. */
function automatic({
  allowed_payment_method_types: types,
  automatic_payment_methods: wanted,
}: z.output<typeof creation>): PaymentIntentRow['automatic_payment_methods'] {
  if (types || wanted?.enabled === false) return null;
  return { allow_redirects: wanted?.allow_redirects ?? 'always', enabled: true };
}

const confirming = z.strictObject(confirmation);

function confirm(
  world: World,
  intent: PaymentIntentRow,
  given: z.output<typeof confirming>,
): PaymentIntentRow {
  const payment_method = given.payment_method
    ? methodForIntent(world, given.payment_method, intent.customer).id
    : intent.payment_method;
  return confirmIntent(
    world,
    { ...intent, payment_method },
    {
      offSession: given.off_session ?? false,
      errorOnAction: given.error_on_requires_action ?? false,
      returnUrl: given.return_url ?? null,
    },
  );
}

const change = z.strictObject({
  description: text.optional(),
  metadata: metadata.optional(),
});

const cancellation = z.strictObject({
  cancellation_reason: z
    .enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'])
    .optional(),
});

function intentOf(world: World, ids: Record<string, string>): PaymentIntentRow {
  const row = world.get('payment_intent', ids['id']);
  if (!row) throw missing('payment_intent', ids['id'] ?? '');
  return row;
}

export const paymentIntentRoutes = [
  route('POST', '/v1/payment_intents', creation, create),
  route('POST', '/v1/payment_intents/:id', change, (world, given, ids) => {
    const row = intentOf(world, ids);
    return world.put({
      ...row,
      description: given.description ?? row.description,
      metadata: mergeMetadata(row.metadata, given.metadata),
    });
  }),
  route('POST', '/v1/payment_intents/:id/confirm', confirming, (world, given, ids) =>
    confirm(world, intentOf(world, ids), given),
  ),
  route('POST', '/v1/payment_intents/:id/cancel', cancellation, (world, given, ids) =>
    cancelIntent(world, intentOf(world, ids), given.cancellation_reason ?? null),
  ),
];
