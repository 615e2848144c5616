/**
 * Everything that the gateway and `tollgate stripe sync` ask of Stripe is something that Stripe's own mock
 * understands, and every POST carries a key of ours, so that it is done once.
 */
import Stripe from 'stripe';
import { DEFAULT_CATALOGUE } from '../../core/billing/plans';
import type { StripeCommand } from '../../core/contract/stripe-command';
import { openGateway, type StripeGateway } from '../../stripe/gateway';
import { startSimulator, type Simulator } from '../../stripe/simulator/start';
import { syncStripe } from '../../stripe/sync/sync-stripe';
import { startRecorder, type Recorder } from './recorder';
import { startStripeMock, type StripeMock } from './stripe-mock';

/** Parameters and values of our API version that the mock, an older one, does not know yet. */
const NEWER = ['billing_cycle_anchor', 'api_version'];
const SECRET_KEY = 'sk_test_tollgate';
const WEBHOOK = 'https://shop.example/webhooks/stripe';
const PRO = DEFAULT_CATALOGUE.pro?.lookupKey ?? '';

let simulator: Simulator;
let recorder: Recorder;
let mock: StripeMock;
let gateway: StripeGateway;
/** Another program, whose requests are not noted. */
let sdk: Stripe;

beforeAll(async () => {
  mock = await startStripeMock();
  simulator = await startSimulator({});
  recorder = await startRecorder(simulator.url);
  const { host, port } = simulator;
  sdk = new Stripe(SECRET_KEY, { host, port, protocol: 'http', telemetry: false });
  gateway = openGateway({
    secretKey: SECRET_KEY,
    apiUrl: recorder.url,
    catalogue: DEFAULT_CATALOGUE,
  });
  await setUp();
  await goThrough();
});
afterAll(async () => {
  await mock.stop();
  await recorder.close();
  await simulator.stop();
});

/** Made, then set right after somebody has changed each thing by hand and one price has risen. */
async function setUp(): Promise<void> {
  const options = { secretKey: SECRET_KEY, apiUrl: recorder.url, webhookUrl: WEBHOOK };
  await syncStripe({ ...options, catalogue: DEFAULT_CATALOGUE });
  await sdk.products.update('tollgate-agent-200', { name: 'Else' });
  const [price] = (await sdk.prices.list({ lookup_keys: [PRO] })).data;
  await sdk.prices.update(price?.id ?? '', { metadata: '' });
  const [portal] = (await sdk.billingPortal.configurations.list()).data;
  const features = { invoice_history: { enabled: false } };
  await sdk.billingPortal.configurations.update(portal?.id ?? '', { features });
  const [endpoint] = (await sdk.webhookEndpoints.list()).data;
  await sdk.webhookEndpoints.update(endpoint?.id ?? '', { enabled_events: ['invoice.paid'] });
  const topUps = DEFAULT_CATALOGUE.topUps.map((one) => ({ ...one, price: one.price + 100 }));
  const { differences } = await syncStripe({
    ...options,
    catalogue: { ...DEFAULT_CATALOGUE, topUps },
  });
  expect(differences.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['product', 'price', 'portal', 'webhook-endpoint']),
  );
}

async function priceIdOf(lookupKey: string): Promise<string> {
  const { data } = await sdk.prices.list({ lookup_keys: [lookupKey] });
  return data[0]?.id ?? '';
}

async function pay(url: string): Promise<void> {
  const body = new URLSearchParams({ outcome: 'pay', card: '4242424242424242' });
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' });
  expect(answer.status).toBe(303);
}

/** A life with each command once, and everything that is read. */
async function goThrough(): Promise<void> {
  const linked = await sdk.customers.create({ name: 'other' });
  await gateway.linkCustomer('other', linked.id);
  const customer = await gateway.createCustomer('acme', 'place-1');
  const buyer = { account: 'acme', customer, returnUrl: 'https://shop.example/billing' };
  const { id: card } = await sdk.paymentMethods.attach('pm_card_visa', { customer });
  const chosen = { invoice_settings: { default_payment_method: card } };
  await sdk.customers.update(customer, chosen);
  const { lookupKey } = DEFAULT_CATALOGUE.packs[0] ?? { lookupKey: '' };
  const { lookupKey: larger } = DEFAULT_CATALOGUE.packs[1] ?? { lookupKey: '' };
  const perform = (command: StripeCommand) => gateway.perform(buyer, command);

  const first = { do: 'checkout-pack', key: 'tab-1', lookupKey } as const;
  await perform(first);
  const { url = '' } = await perform({ ...first, key: 'tab-2' });
  await pay(url);
  const [{ id: subscription = '', items = [] } = {}] = (await gateway.read(customer)).subscriptions;
  const at = Math.floor(Date.now() / 1_000);
  const change: Extract<StripeCommand, { do: 'change-pack' }> = {
    do: 'change-pack',
    key: 'up',
    subscription,
    item: items[0]?.id ?? '',
    lookupKey: larger,
    proration: 'invoice-now',
    restartPeriod: false,
    prorationDate: at,
    change: { id: 'up', at, from: 'agent-200', to: 'agent-1000', unused: 'time-and-credits' },
  };
  await gateway.preview(change);
  const second = await sdk.subscriptions.create({
    customer,
    items: [{ price: await priceIdOf(lookupKey) }],
  });
  const unpaid = await sdk.subscriptions.create({
    customer,
    items: [{ price: await priceIdOf(PRO) }],
    payment_behavior: 'default_incomplete',
  });
  const more: { readonly [Kind in StripeCommand['do']]: Extract<StripeCommand, { do: Kind }> } = {
    'change-pack': change,
    'checkout-pack': { ...first, key: 'tab-3' },
    'checkout-top-up': {
      do: 'checkout-top-up',
      key: 'top-up',
      lookupKey: 'tollgate_top_up_100',
      credits: '100',
    },
    'charge-top-up': {
      do: 'charge-top-up',
      key: 'auto',
      lookupKey: 'tollgate_top_up_100',
      credits: '100',
      price: 2_500,
      currency: 'usd',
      paymentMethod: card,
    },
    'credit-unused': {
      do: 'credit-unused',
      key: 'credit',
      subscription,
      amount: 500,
      currency: 'usd',
      description: 'Unused part of Agent 1,000',
    },
    'remove-credit': { do: 'remove-credit', key: 'remove', credit: 'credit', subscription },
    cancel: { do: 'cancel', key: 'cancel', subscription, now: false },
    resubscribe: { do: 'resubscribe', key: 'resubscribe', subscription },
    'pay-invoice': {
      do: 'pay-invoice',
      key: 'pay',
      invoice: String(unpaid.latest_invoice),
      paymentMethod: card,
    },
    'use-payment-method': {
      do: 'use-payment-method',
      key: 'use',
      subscription,
      paymentMethod: card,
    },
    'cancel-duplicate': {
      do: 'cancel-duplicate',
      key: 'duplicate',
      subscription: second.id,
      duplicateOf: subscription,
      invoices: [String(second.latest_invoice)],
    },
  };
  for (const command of Object.values(more)) await perform(command);
  // A new period, the date of a cancellation taken back, and an end at once.
  await perform({ ...change, key: 'restart', proration: 'invoice-now', restartPeriod: true });
  await sdk.subscriptions.update(subscription, { cancel_at: at + 86_400 });
  await perform({ ...more.resubscribe, key: 'resubscribe-2' });
  await perform({ ...more.cancel, key: 'now', now: true });
  await gateway.openPortal(buyer, 'wish-1');

  const { invoices } = await gateway.read(customer);
  const [intent] = (await sdk.paymentIntents.list({ customer })).data;
  const [refund] = (await sdk.refunds.list()).data;
  const objects = {
    subscription,
    invoice: invoices[0]?.id,
    payment_intent: intent?.id,
    charge: String(intent?.latest_charge),
    refund: refund?.id,
  };
  for (const [type, id = ''] of Object.entries(objects)) {
    expect(await gateway.findCustomer({ type, id })).toBe(customer);
  }
}

test('Stripe’s own mock understands every request', async () => {
  const refused: string[] = [];
  for (const request of recorder.requests) {
    const words = await mock.replay(request);
    const isNewer = NEWER.some((parameter) => request.body.includes(parameter));
    if (words !== null && !isNewer) refused.push(`${request.method} ${request.path}: ${words}`);
  }
  expect(refused).toEqual([]);
  expect(recorder.requests.length).toBeGreaterThan(50);
});

test('every POST carries a key of ours', () => {
  const posts = recorder.requests.filter(({ method }) => method === 'POST');
  const without = posts.filter(({ key }) => key?.startsWith('tollgate:') !== true);
  expect(without.map(({ path }) => path)).toEqual([]);
  expect(posts.length).toBeGreaterThan(30);
});

test('no two requests that differ share a key', () => {
  const seen = new Map<string, string>();
  for (const { key, path, body } of recorder.requests) {
    if (key === undefined) continue;
    expect([key, seen.get(key) ?? `${path} ${body}`]).toEqual([key, `${path} ${body}`]);
    seen.set(key, `${path} ${body}`);
  }
});
