/**
 * What the simulator takes, Stripe takes: each request that it accepts is put before Stripe's own mock,
 * which refuses unknown parameters and values. Where the mock is older than the package, the list says so.
 */
import Stripe from 'stripe';
import { type RecordedRequest, startStripeMock, type StripeMock } from '../stripe-mock';
import { openAccount, openShop, type Shop, START } from './shop';

/** Parameters of 2026-10-28.endive that the mock, of 2026-08-26.dahlia, does not know yet. */
const NEWER = ['billing_cycle_anchor', 'allowed_payment_method_types'];

let shop: Shop;
let mock: StripeMock;
const sent: RecordedRequest[] = [];

beforeAll(async () => {
  mock = await startStripeMock();
  shop = await openShop();
});
afterAll(async () => {
  await mock.stop();
  await shop.close();
});

/** The official client, noting what it sends. */
function noting(): Stripe {
  const httpClient = Stripe.createNodeHttpClient();
  const makeRequest = httpClient.makeRequest.bind(httpClient);
  httpClient.makeRequest = (...request) => {
    const [, , path, method, , body] = request;
    sent.push({ method, path, body: typeof body === 'string' ? body : '' });
    return makeRequest(...request);
  };
  const { host, port } = shop.simulator;
  return new Stripe('sk_test_shop', { host, port, protocol: 'http', telemetry: false, httpClient });
}

test('every accepted request is one that Stripe understands', async () => {
  const stripe = noting();
  const { customer, card } = await openAccount(shop);
  const small = shop.prices['small'] as string;
  const large = shop.prices['large'] as string;
  const subscription = await stripe.subscriptions.create({
    customer,
    items: [{ price: small, quantity: 1, metadata: { a: 'b' } }],
    billing_mode: { type: 'flexible' },
    default_payment_method: card,
    payment_behavior: 'error_if_incomplete',
    payment_settings: { save_default_payment_method: 'on_subscription' },
    metadata: { account: 'acme' },
    expand: ['latest_invoice.payments'],
  });
  const item = subscription.items.data[0]?.id ?? '';
  await stripe.invoices.createPreview({
    subscription: subscription.id,
    subscription_details: {
      items: [{ id: item, price: large }],
      proration_behavior: 'always_invoice',
      proration_date: START,
    },
  });
  await stripe.subscriptions.update(subscription.id, {
    items: [{ id: item, price: large }],
    proration_behavior: 'always_invoice',
    payment_behavior: 'pending_if_incomplete',
  });
  await stripe.subscriptions.update(subscription.id, {
    billing_cycle_anchor: { type: 'now' },
    proration_behavior: 'always_invoice',
  });
  await stripe.subscriptions.update(subscription.id, {
    cancel_at_period_end: true,
    cancellation_details: { comment: 'c', feedback: 'too_expensive' },
  });
  await stripe.subscriptions.update(subscription.id, { cancel_at: '' });
  await stripe.invoiceItems.create({
    customer,
    subscription: subscription.id,
    amount: -500,
    currency: 'usd',
    description: 'Unused credits',
  });
  await stripe.invoices.list({ subscription: subscription.id, status: 'paid', limit: 3 });
  const { latest_invoice: first } = await stripe.subscriptions.retrieve(subscription.id);
  await stripe.invoicePayments.list({ invoice: first as string });
  const [charge] = (await stripe.charges.list({ customer })).data;
  await stripe.refunds.create({ charge: charge?.id ?? '', amount: 100 });
  await stripe.checkout.sessions.create({
    mode: 'subscription',
    customer,
    client_reference_id: 'acme',
    line_items: [{ price: small, quantity: 1 }],
    subscription_data: { metadata: { a: 'b' }, billing_mode: { type: 'flexible' } },
    success_url: 'http://shop.example/done',
  });
  await stripe.billingPortal.configurations.create({
    features: {
      subscription_cancel: { enabled: false },
      payment_method_update: { enabled: true },
      invoice_history: { enabled: true },
    },
    business_profile: { headline: 'H' },
  });
  await stripe.billingPortal.sessions.create({ customer, return_url: 'http://shop.example' });
  const paid = await stripe.paymentIntents.create({
    amount: 2_500,
    currency: 'usd',
    customer,
    payment_method: card,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    off_session: true,
    confirm: true,
    metadata: { a: 'b' },
  });
  await stripe.paymentIntents.update(paid.id, { description: 'D', metadata: { a: '' } });
  const opened = await stripe.paymentIntents.create({
    amount: 2_500,
    currency: 'usd',
    automatic_payment_methods: { enabled: true },
  });
  await stripe.paymentIntents.confirm(opened.id, {
    payment_method: 'pm_card_authenticationRequired',
    return_url: 'http://shop.example',
  });
  await stripe.paymentIntents.cancel(opened.id, { cancellation_reason: 'abandoned' });
  await stripe.webhookEndpoints.create({
    url: 'https://shop.example/hook',
    enabled_events: ['invoice.paid'],
  });
  await stripe.subscriptions.cancel(subscription.id, { prorate: true, invoice_now: true });

  const refused: string[] = [];
  for (const request of sent) {
    const words = await mock.replay(request);
    const isNewer = NEWER.some((parameter) => request.body.includes(parameter));
    if (words !== null && !isNewer) refused.push(`${request.method} ${request.path}: ${words}`);
  }
  expect(refused).toEqual([]);
  expect(sent.length).toBeGreaterThan(15);
});

test('the mock is a judge: it refuses a parameter that Stripe does not have', async () => {
  const request = { method: 'POST', path: '/v1/customers', body: 'nane=x' };
  expect(await mock.replay(request)).toContain('additional properties');
});
