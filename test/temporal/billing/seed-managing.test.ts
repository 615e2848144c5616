/** What the product says of where a subscription is managed, card by card. */
import { openSeedHouse, type SeedHouse } from '../support/seed-house';

const START = '2026-04-01T12:00:00Z';
const END = '2026-05-01T12:00:00.000Z';

let seed: SeedHouse;
beforeAll(async () => {
  seed = await openSeedHouse();
});
afterAll(() => seed.close());

it('“All billing actions live in one place”: those that are possible now', async () => {
  const account = await seed.openAt(START);
  const { subscription } = account;
  expect((await subscription.refresh()).actions).toEqual(['subscribe', 'top-up', 'portal']);
  expect((await account.subscribed('agent-1000')).actions).toEqual([
    'upgrade',
    'downgrade',
    'cancel',
    'top-up',
    'set-auto-top-up',
    'portal',
  ]);
  expect((await subscription.cancel()).actions).toEqual([
    'resubscribe',
    'top-up',
    'set-auto-top-up',
    'portal',
  ]);
  await expect(subscription.cancel()).rejects.toMatchObject({ code: 'BILLING_ACTION_UNAVAILABLE' });
});

describe('“Credits card”', () => {
  it('on the free tier: current balance and the date credits refill', async () => {
    const account = await seed.openAt(START);
    const { credits } = await account.subscription.refresh();
    expect(credits).toEqual({
      balance: '5',
      available: '5',
      reserved: '0',
      refillsAt: '2026-04-02T00:00:00.000Z',
    });
  });

  it('on a pack: current balance, period allowance, and the date credits reset', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.spend(30);
    const { credits } = await account.subscription.refresh();
    expect(credits).toEqual({
      balance: '175',
      available: '175',
      reserved: '0',
      allowance: '200',
      allowanceLeft: '170',
      resetsAt: END,
    });
  });

  it('on a pack that is cancelled: the date its credits end', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    const { credits } = await account.subscription.cancel();
    expect(credits).toMatchObject({ allowanceLeft: '200', endsAt: END });
    expect(credits.resetsAt).toBeUndefined();
  });
});

describe('“Subscription card”', () => {
  it('current plan and next invoice', async () => {
    const account = await seed.openAt(START);
    const { subscription } = await account.subscribed('agent-2500');
    expect(subscription).toEqual({
      state: 'active',
      plan: 'agent-2500',
      name: 'Agent 2,500',
      price: 500_00,
      currency: 'usd',
      pro: false,
      nextInvoice: { at: END, amount: 500_00 },
    });
  });

  it('or the cancellation date, if you have cancelled', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-2500');
    const { subscription } = await account.subscription.cancel();
    expect(subscription).toMatchObject({ plan: 'agent-2500', cancelsAt: END });
    expect(subscription.nextInvoice).toBeUndefined();
  });

  it('and buttons for upgrading, canceling, or resubscribing, which do it', async () => {
    const { subscription, subscribed } = await seed.openAt(START);
    await subscribed('agent-200');
    const upgraded = await subscription.changePack({ pack: 'agent-1000' });
    expect(upgraded.subscription.plan).toBe('agent-1000');
    expect((await subscription.cancel()).subscription.state).toBe('canceling');
    expect((await subscription.resubscribe()).subscription.state).toBe('active');
  });
});

describe('“Open billing portal”', () => {
  it('drops you into the hosted portal, to update your payment method and view invoices', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    const { url } = await account.subscription.portal();
    expect((await fetch(url)).status).toBe(200);
    const { data } = await seed.house.sdk.billingPortal.configurations.list({ active: true });
    const ours = data.find(({ metadata }) => metadata?.['tollgate_made_by'] === 'tollgate');
    expect(ours?.features).toMatchObject({
      payment_method_update: { enabled: true },
      invoice_history: { enabled: true },
      // These would go past the rules of the packs.
      subscription_cancel: { enabled: false },
      subscription_update: { enabled: false },
    });
  });

  it('to download receipts: each invoice has a page of its own', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    const [invoice] = await account.invoices();
    const page = await fetch(invoice?.hosted_invoice_url ?? '');
    expect(page.status).toBe(200);
  });
});
