/**
 * The promise: `syncStripe` brings a Stripe account to what the catalogue says; a dry run changes nothing,
 * a second run finds nothing to do, and a new price takes the lookup key over from the old one.
 */
import { DEFAULT_CATALOGUE, defineCatalogue } from '../../../core/billing/plans';
import type { Catalogue } from '../../../core/contract/plans';
import { syncStripe } from '../../../stripe/sync/sync-stripe';
import { openShop, type Shop } from '../simulator/shop';

const WEBHOOK_URL = 'https://credits.example.com/webhooks/stripe';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

function sync(catalogue: Catalogue = DEFAULT_CATALOGUE, dryRun = false) {
  const settings = { secretKey: 'sk_test_sync', apiUrl: shop.simulator.url };
  return syncStripe({ ...settings, catalogue, webhookUrl: WEBHOOK_URL, dryRun });
}

async function pricesOf(lookupKey: string) {
  return (await shop.stripe.prices.list({ lookup_keys: [lookupKey] })).data;
}

it('makes everything, and finds nothing to do the second time', async () => {
  const first = await sync();
  expect(first.webhookSecret).toMatch(/^whsec_/);
  const sold = DEFAULT_CATALOGUE.packs.length + DEFAULT_CATALOGUE.topUps.length + 1;
  // A product and a price each, the portal, the endpoint.
  expect(first.differences).toHaveLength(2 * sold + 2);
  expect(await sync()).toEqual({ livemode: false, differences: [] });
});

it('changes nothing in a dry run, and says what it would do', async () => {
  const dry = await sync(DEFAULT_CATALOGUE, true);
  expect(dry.differences.length).toBeGreaterThan(0);
  expect(dry.webhookSecret).toBeUndefined();
  expect((await sync(DEFAULT_CATALOGUE, true)).differences).toEqual(dry.differences);
});

it('makes a new price where the amount has changed, and keeps the old one for those who have it', async () => {
  await sync();
  const [old] = await pricesOf('tollgate_agent_200');
  const dearer = defineCatalogue({
    ...DEFAULT_CATALOGUE,
    packs: DEFAULT_CATALOGUE.packs.map((pack) =>
      pack.key === 'agent-200' ? { ...pack, price: 60_00 } : pack,
    ),
  });
  const { differences } = await sync(dearer);
  expect(differences).toEqual([
    {
      kind: 'price',
      name: 'agent-200',
      change: 'replace',
      detail: '50.00 usd a month → 60.00 usd a month',
    },
  ]);
  const [now] = await pricesOf('tollgate_agent_200');
  expect(now).toMatchObject({ unit_amount: 60_00, metadata: { tollgate_plan: 'agent-200' } });
  const kept = await shop.stripe.prices.retrieve(old?.id ?? '');
  expect(kept).toMatchObject({ active: false, metadata: { tollgate_plan: 'agent-200' } });
  expect((await sync(dearer)).differences).toEqual([]);
});

it('repairs what somebody has changed by hand', async () => {
  await sync();
  await shop.stripe.products.update('tollgate-agent-200', { name: 'Something else' });
  const { data } = await shop.stripe.webhookEndpoints.list();
  await shop.stripe.webhookEndpoints.update(data[0]?.id ?? '', {
    enabled_events: ['invoice.paid'],
  });
  const { differences } = await sync();
  expect(differences.map(({ kind, change }) => [kind, change])).toEqual([
    ['product', 'update'],
    ['webhook-endpoint', 'update'],
  ]);
  expect((await sync()).differences).toEqual([]);
});

it('refuses a live key beside an address that is not Stripe’s', async () => {
  const settings = { secretKey: 'sk_live_x', apiUrl: shop.simulator.url };
  await expect(syncStripe({ ...settings, catalogue: DEFAULT_CATALOGUE })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
});
