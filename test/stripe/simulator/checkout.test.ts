/**
 * Paying on the Checkout page makes the subscription or the payment, and only then; a refused card leaves
 * nothing behind. The portal ends and resumes a subscription by its date.
 */
import { type Shop, openAccount, openShop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

function fill(url: string, form: Record<string, string>) {
  return fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
}

async function subscribing() {
  const { customer } = await openAccount(shop);
  return shop.stripe.checkout.sessions.create({
    mode: 'subscription',
    customer,
    client_reference_id: 'acme',
    line_items: [{ price: shop.prices['small'] as string, quantity: 1 }],
    subscription_data: { metadata: { account: 'acme' } },
    success_url: 'http://shop.example/done?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://shop.example/back',
  });
}

test('a paid session has a subscription with its own metadata and card, and leads back', async () => {
  const session = await subscribing();
  const page = await fill(session.url ?? '', { outcome: 'pay', card: '4242424242424242' });
  expect(page.status).toBe(303);
  expect(page.headers.get('location')).toBe(`http://shop.example/done?session=${session.id}`);
  const done = await shop.stripe.checkout.sessions.retrieve(session.id, {
    expand: ['subscription', 'line_items'],
  });
  expect(done).toMatchObject({ status: 'complete', payment_status: 'paid', url: null });
  expect(done.subscription).toMatchObject({
    status: 'active',
    metadata: { account: 'acme' },
    billing_mode: { type: 'flexible' },
    default_payment_method: expect.stringMatching(/^pm_/) as string,
  });
});

test('a refused card says so and makes no subscription', async () => {
  const session = await subscribing();
  const page = await fill(session.url ?? '', { outcome: 'pay', card: '4000000000000002' });
  expect(page.status).toBe(402);
  expect(await page.text()).toContain('Your card was declined.');
  const after = await shop.stripe.checkout.sessions.retrieve(session.id);
  expect(after).toMatchObject({ status: 'open', subscription: null });
  const made = await shop.stripe.subscriptions.list({ customer: session.customer as string });
  expect(made.data).toEqual([]);
});

test('a payment that takes days completes the session unpaid, then succeeds', async () => {
  const session = await shop.stripe.checkout.sessions.create({
    mode: 'payment',
    customer: (await openAccount(shop)).customer,
    line_items: [
      {
        quantity: 2,
        price_data: { currency: 'usd', unit_amount: 1_500, product_data: { name: 'Credits' } },
      },
    ],
    success_url: 'http://shop.example/done',
  });
  const url = session.url ?? '';
  await fill(url, { outcome: 'later' });
  const later = await shop.stripe.checkout.sessions.retrieve(session.id);
  expect(later).toMatchObject({
    status: 'complete',
    payment_status: 'unpaid',
    amount_total: 3_000,
  });
  await fill(url, { outcome: 'arrives' });
  const paid = await shop.stripe.checkout.sessions.retrieve(session.id, {
    expand: ['payment_intent'],
  });
  expect(paid.payment_status).toBe('paid');
  expect(paid.payment_intent).toMatchObject({ status: 'succeeded', amount_received: 3_000 });
  const events = await shop.stripe.events.list({
    types: ['checkout.session.async_payment_succeeded'],
  });
  expect(events.data).toHaveLength(1);
});

test('an invoice on request is paid from the start', async () => {
  const { customer } = await openAccount(shop);
  const session = await shop.stripe.checkout.sessions.create({
    mode: 'payment',
    customer,
    invoice_creation: { enabled: true },
    line_items: [
      {
        quantity: 1,
        price_data: { currency: 'usd', unit_amount: 1_500, product_data: { name: 'Credits' } },
      },
    ],
    success_url: 'http://shop.example/done',
  });
  await shop.control(`checkout/${session.id}/pay`, { card: '4242424242424242' });
  const [invoice] = (await shop.stripe.invoices.list({ customer })).data;
  expect(invoice).toMatchObject({ status: 'paid', amount_paid: 1_500, billing_reason: 'manual' });
  const charges = await shop.stripe.charges.list({ customer });
  expect(charges.data).toHaveLength(1);
});

test.each(['flexible', 'classic'] as const)(
  'the portal ends and keeps a %s subscription',
  async (type) => {
    const { customer } = await openAccount(shop);
    const subscription = await shop.stripe.subscriptions.create({
      customer,
      billing_mode: { type },
      items: [{ price: shop.prices['small'] as string }],
    });
    await shop.stripe.billingPortal.configurations.create({
      features: {
        subscription_cancel: { enabled: true },
        payment_method_update: { enabled: true },
        invoice_history: { enabled: true },
      },
    });
    const [configuration] = (await shop.stripe.billingPortal.configurations.list({ active: true }))
      .data;
    const { url } = await shop.stripe.billingPortal.sessions.create({
      customer,
      configuration: configuration?.id ?? '',
      return_url: 'http://shop.example/billing',
    });
    expect(await (await fetch(url)).text()).toContain('Cancel the subscription');
    await fill(url, { outcome: 'cancel', subscription: subscription.id });
    expect(await shop.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      status: 'active',
      cancel_at: subscription.items.data[0]?.current_period_end,
      cancel_at_period_end: type === 'classic',
    });
    await fill(url, { outcome: 'resume', subscription: subscription.id });
    expect(await shop.stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      cancel_at: null,
      cancel_at_period_end: false,
      canceled_at: null,
    });
  },
);
