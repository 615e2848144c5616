/**
 * Payments without an invoice go as at Stripe: charged once under a key, declined with the intent in the
 * error, asking for the cardholder or, where nobody is there, declined for want of him.
 */
import type Stripe from 'stripe';
import { openAccount, openShop, type Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const NEVER = { enabled: true, allow_redirects: 'never' } as const;

interface Payer {
  customer: string;
  card: string;
}

function wanted(
  { customer, card }: Payer,
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
): Stripe.PaymentIntentCreateParams {
  return {
    amount: 2_500,
    currency: 'usd',
    customer,
    payment_method: card,
    automatic_payment_methods: NEVER,
    confirm: true,
    ...more,
  };
}

const OFF = { off_session: true } as const;

async function typesFor(customer: string): Promise<string[]> {
  const all = await shop.stripe.events.list({ limit: 100 });
  return all.data
    .filter(({ data }) => 'customer' in data.object && data.object.customer === customer)
    .map(({ type }) => type)
    .filter((type) => /^(payment_intent|charge)/.test(type))
    .reverse();
}

async function failureOf(asked: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  return asked.then(
    () => Promise.reject(new Error('it was accepted')),
    (error: Stripe.errors.StripeError) => error,
  );
}

test('a card on file is charged at once, and its metadata goes to the charge', async () => {
  const payer = await openAccount(shop);
  const intent = await shop.stripe.paymentIntents.create(
    wanted(payer, { ...OFF, metadata: { order: '7' } }),
  );
  expect(intent).toMatchObject({ status: 'succeeded', amount_received: 2_500 });
  const charge = await shop.stripe.charges.retrieve(intent.latest_charge as string);
  expect(charge).toMatchObject({ amount: 2_500, metadata: { order: '7' }, paid: true });
  expect(await typesFor(payer.customer)).toEqual([
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
  ]);
});

test('the same key pays once; other parameters under it are refused', async () => {
  const payer = await openAccount(shop);
  const key = { idempotencyKey: `top-up-${payer.customer}` };
  const first = await shop.stripe.paymentIntents.create(wanted(payer, OFF), key);
  const again = await shop.stripe.paymentIntents.create(wanted(payer, OFF), key);
  expect(again.id).toBe(first.id);
  const { data } = await shop.stripe.paymentIntents.list({ customer: payer.customer });
  expect(data).toHaveLength(1);
  const other = await failureOf(
    shop.stripe.paymentIntents.create(wanted(payer, { amount: 9_900 }), key),
  );
  expect(other).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
});

test('a decline is a card error with the intent inside, and the same again under its key', async () => {
  const payer = await openAccount(shop);
  await shop.control(`payment_methods/${payer.card}`, { decline: 'insufficient_funds' });
  const key = { idempotencyKey: `declined-${payer.customer}` };
  const first = await failureOf(shop.stripe.paymentIntents.create(wanted(payer, OFF), key));
  expect(first).toMatchObject({
    type: 'StripeCardError',
    statusCode: 402,
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    payment_intent: {
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: { payment_method: { id: payer.card } },
    },
  });
  const again = await failureOf(shop.stripe.paymentIntents.create(wanted(payer, OFF), key));
  expect(again.payment_intent?.id).toBe(first.payment_intent?.id);
  expect(await typesFor(payer.customer)).toEqual([
    'payment_intent.created',
    'charge.failed',
    'payment_intent.payment_failed',
  ]);
});

test('a declined intent is paid when it is confirmed with another card', async () => {
  const payer = await openAccount(shop);
  await shop.control(`payment_methods/${payer.card}`, { decline: 'generic_decline' });
  const declined = await failureOf(shop.stripe.paymentIntents.create(wanted(payer)));
  const paid = await shop.stripe.paymentIntents.confirm(declined.payment_intent?.id ?? '', {
    payment_method: 'pm_card_mastercard',
  });
  expect(paid).toMatchObject({ status: 'succeeded', last_payment_error: null });
});

test.each([
  ['nobody is there', OFF],
  ['the caller does not want to be asked', { error_on_requires_action: true }],
])('a card that asks for its holder is declined when %s', async (_name, more) => {
  const payer = await openAccount(shop, { card: 'pm_card_authenticationRequired' });
  const error = await failureOf(shop.stripe.paymentIntents.create(wanted(payer, more)));
  expect(error).toMatchObject({
    code: 'authentication_required',
    decline_code: 'authentication_required',
    payment_intent: { status: 'requires_payment_method' },
  });
});

test.each([
  [true, 'succeeded'],
  [false, 'requires_payment_method'],
])('a card asks for its holder; that he is it: %p, then it is %s', async (succeeds, status) => {
  const payer = await openAccount(shop, { card: 'pm_card_authenticationRequired' });
  const asked = await shop.stripe.paymentIntents.create(wanted(payer));
  expect(asked).toMatchObject({
    status: 'requires_action',
    next_action: { type: 'use_stripe_sdk' },
  });
  await shop.control(`payment_intents/${asked.id}/authenticate`, { succeeds });
  expect(await shop.stripe.paymentIntents.retrieve(asked.id)).toMatchObject({ status });
});

test('an intent waits until it is confirmed, and can be cancelled until it is paid', async () => {
  const payer = await openAccount(shop);
  const { paymentIntents } = shop.stripe;
  const waiting = await paymentIntents.create(wanted(payer, { confirm: false }));
  expect(waiting.status).toBe('requires_confirmation');
  expect(await paymentIntents.cancel(waiting.id)).toMatchObject({ status: 'canceled' });
  const paid = await paymentIntents.create(wanted(payer));
  for (const refused of [paymentIntents.cancel(paid.id), paymentIntents.confirm(paid.id)]) {
    expect(await failureOf(refused)).toMatchObject({ code: 'payment_intent_unexpected_state' });
  }
});

type Left = { [K in keyof Stripe.PaymentIntentCreateParams]?: unknown };

test.each<[string, Left, object]>([
  ['no card', { payment_method: undefined }, { code: 'payment_intent_unexpected_state' }],
  ['too little', { amount: 49 }, { code: 'amount_too_small', param: 'amount' }],
  ['off session without a confirmation', { ...OFF, confirm: false }, { param: 'off_session' }],
  ['nobody to come back', { automatic_payment_methods: undefined }, { statusCode: 400 }],
  ['another customer’s card', { customer: undefined }, { param: 'payment_method' }],
  ['no such card', { payment_method: 'pm_none' }, { code: 'resource_missing' }],
])('refused, and nothing is left: %s', async (_name, more, expected) => {
  const payer = await openAccount(shop);
  const before = await shop.stripe.paymentIntents.list({ limit: 100 });
  const params = Object.entries({ ...wanted(payer), ...more });
  const asked = Object.fromEntries(params.filter(([, value]) => value !== undefined));
  const error = await failureOf(
    shop.stripe.paymentIntents.create(asked as unknown as Stripe.PaymentIntentCreateParams),
  );
  expect(error).toMatchObject({ statusCode: 400, ...expected });
  const after = await shop.stripe.paymentIntents.list({ limit: 100 });
  expect(after.data.length).toBe(before.data.length);
});

test('the intent of an invoice is the invoice’s to pay', async () => {
  const { customer } = await openAccount(shop);
  await shop.stripe.subscriptions.create({
    customer,
    items: [{ price: shop.prices['small'] as string }],
  });
  const [intent] = (await shop.stripe.paymentIntents.list({ customer })).data;
  expect(await failureOf(shop.stripe.paymentIntents.cancel(intent?.id ?? ''))).toMatchObject({
    code: 'payment_intent_unexpected_state',
  });
});
