/** What the product says of canceling, sentence by sentence. */
import { buyPro, openSeedHouse, paid, type SeedHouse } from '../support/seed-house';

const START = '2026-04-01T12:00:00Z';
const MIDDLE = '2026-04-11T12:00:00Z';
const END = '2026-05-01T12:00:00.000Z';

let seed: SeedHouse;
beforeAll(async () => {
  seed = await openSeedHouse();
});
afterAll(() => seed.close());

describe('canceling', () => {
  it('“You keep full access until the end of your billing period”', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.until(MIDDLE);
    expect(await account.subscription.cancel()).toMatchObject({
      credits: { allowanceLeft: '200', endsAt: END },
      subscription: { plan: 'agent-200', state: 'canceling', cancelsAt: END },
      banner: { kind: 'canceling', at: END },
    });
  });

  it('“Credits stay available, the agent works, no further charges are made”', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.until(MIDDLE);
    await account.subscription.cancel();
    await account.until('2026-05-01T11:59:59Z');
    expect(await account.chat({ model: 'claude' })).toEqual(['claude']);
    expect(await account.balance()).toBe('201');
    await account.until('2026-05-20T12:00:00Z');
    expect(await paid(account)).toEqual([50_00]);
  });

  it('“At period end, the account drops back to the free tier (5/day drip)”', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.spend(10);
    await account.subscription.cancel();
    await account.until('2026-05-01T11:59:59Z');
    expect(await account.balance()).toBe('195');
    const view = await account.until('2026-05-01T12:00:00Z');
    // What was held beside the pack stays.
    expect(view).toMatchObject({
      credits: { balance: '5', refillsAt: '2026-05-02T00:00:00.000Z' },
      subscription: { plan: 'free', state: 'free', price: 0 },
    });
    await account.until('2026-05-01T23:59:59Z');
    expect(await account.balance()).toBe('5');
    await account.until('2026-05-02T00:00:00Z');
    expect(await account.balance()).toBe('10');
  });

  it('“Changed your mind? Resubscribe undoes the cancellation in a single click”', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.subscription.cancel();
    await account.until('2026-05-01T11:59:59Z');
    const view = await account.subscription.resubscribe();
    expect(view).toMatchObject({
      credits: { allowanceLeft: '200', resetsAt: END },
      subscription: { state: 'active', nextInvoice: { at: END, amount: 50_00 } },
    });
    expect(view.subscription.cancelsAt).toBeUndefined();
    const renewed = await account.until('2026-05-01T14:00:00Z');
    expect(renewed.credits.allowanceLeft).toBe('200');
    expect(await paid(account)).toEqual([50_00, 50_00]);
  });

  it('a resubscription after the end is a new subscription', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.subscription.cancel();
    const ended = await account.until('2026-05-01T12:00:00Z');
    expect(ended.actions).not.toContain('resubscribe');
    await account.until('2026-05-03T12:00:00Z');
    const view = await account.subscribed('agent-200');
    expect(view.credits.resetsAt).toBe('2026-06-03T12:00:00.000Z');
    expect(await paid(account)).toEqual([50_00, 50_00]);
  });
});

describe('“Pro + Agent customers”', () => {
  it('“canceling the agent line removes it immediately, with a prorated credit”', async () => {
    const account = await seed.openAt(START);
    await buyPro(seed.house, account);
    await account.subscription.subscribe({ pack: 'agent-1000' });
    const both = await account.until(MIDDLE);
    expect(both).toMatchObject({
      subscription: { plan: 'agent-1000', pro: true, nextInvoice: { at: END, amount: 319_00 } },
    });
    expect(both.actions).toContain('cancel-agent-line');
    const view = await account.subscription.cancelAgentLine();
    expect(view).toMatchObject({
      credits: { balance: '5', refillsAt: '2026-04-12T00:00:00.000Z' },
      subscription: { plan: 'free', state: 'free', pro: true },
    });
    const { data } = await seed.house.sdk.invoiceItems.list({
      customer: account.customer,
      pending: true,
    });
    // 220.00 × 20/30
    expect(data.map(({ amount }) => amount)).toEqual([-146_66]);
  });

  it('“Your Pro subscription continues unaffected”, less the credit', async () => {
    const account = await seed.openAt(START);
    const pro = await buyPro(seed.house, account);
    await account.subscription.subscribe({ pack: 'agent-1000' });
    await account.until(MIDDLE);
    await account.subscription.cancelAgentLine();
    const after = await seed.house.sdk.subscriptions.retrieve(pro.id);
    expect(after).toMatchObject({ status: 'active', cancel_at: null, cancel_at_period_end: false });
    expect(after.items.data).toMatchObject([
      { price: { lookup_key: 'tollgate_pro' }, current_period_end: Date.parse(END) / 1_000 },
    ]);
    // 99.00 a month, until the 146.66 are used up.
    await account.until('2026-05-01T14:00:00Z');
    await account.until('2026-06-01T14:00:00Z');
    expect(await paid(account)).toEqual([99_00, 220_00, 0, 51_34]);
  });

  it('an agent line that was added in the middle is credited for what it cost', async () => {
    const account = await seed.openAt(START);
    await buyPro(seed.house, account);
    await account.until('2026-04-21T12:00:00Z');
    await account.subscription.subscribe({ pack: 'agent-1000' });
    await account.until('2026-04-26T12:00:00Z');
    await account.subscription.cancelAgentLine();
    await account.until('2026-05-01T14:00:00Z');
    // 220.00 × 10/30 for the rest of the period; half of it comes back.
    expect(await paid(account)).toEqual([99_00, 73_33, 62_34]);
  });
});
