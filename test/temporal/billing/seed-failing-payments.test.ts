/**
 * What the product says of payments that fail, sentence by sentence. Stripe chooses the moments of its
 * retries; that they lie in the following week is what is promised.
 */
import {
  openSeedHouse,
  paid,
  secondsOf,
  type SeedAccount,
  type SeedHouse,
} from '../support/seed-house';

const START = '2026-04-01T12:00:00Z';
const RENEWAL = '2026-05-01T12:00:00Z';
/** Stripe charges a renewal about an hour after its period has begun. */
const CHARGED = '2026-05-01T14:00:00Z';
const GIVEN_UP = '2026-05-09T14:00:00Z';

let seed: SeedHouse;
beforeAll(async () => {
  seed = await openSeedHouse();
});
afterAll(() => seed.close());

/** 150 of 200 are left, beside 5 of the free tier, when the renewal is declined. */
async function declined(): Promise<SeedAccount> {
  const account = await seed.openAt(START);
  await account.subscribed('agent-200');
  await account.spend(50);
  await account.useCard('pm_card_chargeCustomerFail');
  await account.until(CHARGED);
  return account;
}

describe('if a payment fails', () => {
  it('“Stripe automatically retries the payment over the following week”', async () => {
    const account = await declined();
    await account.until(GIVEN_UP);
    const { data } = await seed.house.sdk.charges.list({ customer: account.customer, limit: 100 });
    const tries = data.filter(({ status }) => status === 'failed').map(({ created }) => created);
    expect(tries.length).toBeGreaterThan(1);
    expect(Math.min(...tries)).toBeLessThanOrEqual(secondsOf(CHARGED));
    expect(Math.max(...tries)).toBeLessThanOrEqual(secondsOf('2026-05-08T14:00:00Z'));
  });

  it('“A banner appears, prompting you to update your payment method”', async () => {
    const account = await declined();
    const { banner, actions, subscription } = await account.subscription.refresh();
    expect(subscription).toMatchObject({ plan: 'agent-200', state: 'grace' });
    expect(banner).toMatchObject({
      kind: 'payment-failed',
      graceEndsAt: '2026-05-09T12:00:00.000Z',
      nextAttemptAt: expect.any(String),
      invoiceUrl: expect.stringMatching(/^http/),
    });
    expect(actions).toContain('portal');
  });

  it('“so we can recover the charge”: the new card is tried at once', async () => {
    const account = await declined();
    await account.until('2026-05-04T12:00:00Z');
    await account.useCard('pm_card_visa');
    const view = await account.subscription.refresh();
    expect(view).toMatchObject({
      credits: { balance: '205', allowanceLeft: '200', resetsAt: '2026-06-01T12:00:00.000Z' },
      subscription: { state: 'active' },
    });
    expect(view.banner).toBeUndefined();
    expect(await paid(account)).toEqual([50_00, 50_00]);
  });

  it('“Your credits stay intact during this grace window, so the agent keeps working”', async () => {
    const account = await declined();
    expect(await account.balance()).toBe('155');
    for (const day of ['02', '03', '04', '05', '06', '07']) {
      const view = await account.until(`2026-05-${day}T12:00:00Z`);
      expect(view.credits).toMatchObject({ allowance: '200' });
      expect(await account.chat({ model: 'grok' })).toEqual(['grok']);
    }
    // No new allowance, no drip: six turns fewer.
    expect(await account.balance()).toBe('149');
    expect(await paid(account)).toEqual([50_00, 0]);
  });

  it('“If retries are exhausted, your account drops to the free tier”', async () => {
    const account = await declined();
    expect(await account.until(GIVEN_UP)).toMatchObject({
      credits: { balance: '155' },
      subscription: { plan: 'free', state: 'exhausted', price: 0 },
      banner: { kind: 'payment-given-up' },
    });
  });

  it('“existing credits remain available until used (no automatic refill)”', async () => {
    const account = await declined();
    await account.until(GIVEN_UP);
    await account.until('2026-05-20T12:00:00Z');
    expect(await account.balance()).toBe('155');
    expect(await account.chat({ model: 'claude' })).toEqual(['claude']);
    // Below 30 it is a free account like any other.
    await account.spend(126);
    expect(await account.balance()).toBe('25');
    await account.until('2026-05-21T00:00:00Z');
    expect(await account.balance()).toBe('30');
    await account.until('2026-06-20T00:00:00Z');
    expect(await account.balance()).toBe('30');
  });

  it('“You can resubscribe at any time”', async () => {
    const account = await declined();
    const { actions } = await account.until(GIVEN_UP);
    expect(actions).toContain('subscribe');
    const view = await account.subscribed('agent-1000', 'pm_card_visa');
    expect(view).toMatchObject({
      credits: { balance: '1155', allowanceLeft: '1000', resetsAt: '2026-06-09T14:00:00.000Z' },
      subscription: { state: 'active' },
    });
    const renewal = secondsOf(RENEWAL);
    const [, lost] = await account.invoices();
    // The invoice of the period that nobody has paid is not charged to the new card.
    expect(lost).toMatchObject({ amount_paid: 0, created: renewal });
  });
});
