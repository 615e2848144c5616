/**
 * What the product says of changing packs in the middle of a period, sentence by sentence. The figures are
 * worked out by hand from Stripe's rule: the share of each price that falls on the rest of the period, to
 * the second, each line rounded down by itself. A period here has 30 days, of which 20 are left.
 */
import { openSeedHouse, paid, type SeedHouse } from '../support/seed-house';

const START = '2026-04-01T12:00:00Z';
const AFTER_TEN_DAYS = '2026-04-11T12:00:00Z';
const RENEWAL = '2026-05-01T12:00:00.000Z';

let seed: SeedHouse;
let prorating: SeedHouse;
beforeAll(async () => {
  seed = await openSeedHouse();
  prorating = await openSeedHouse({ policies: { unused: 'time' } });
});
afterAll(() => Promise.all([seed.close(), prorating.close()]));

describe('upgrading mid-period', () => {
  it('“If you run out of credits, you can jump to a larger pack any time”', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.until(AFTER_TEN_DAYS);
    await account.spend(205);
    expect(await account.chat({})).toMatchObject([{ reason: 'EXHAUSTED', available: '0' }]);
    expect((await account.subscription.refresh()).actions).toContain('upgrade');
    await account.subscription.changePack({ pack: 'agent-1000' });
    expect(await account.chat({})).toEqual(['grok']);
    expect(await account.balance()).toBe('999');
  });

  it('“The new allowance is available immediately”: the full 1,000, no waiting', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.spend(120);
    await account.until(AFTER_TEN_DAYS);
    const view = await account.subscription.changePack({ pack: 'agent-1000' });
    expect(view).toMatchObject({
      credits: { balance: '1005', allowance: '1000', allowanceLeft: '1000', resetsAt: RENEWAL },
      subscription: { plan: 'agent-1000', nextInvoice: { at: RENEWAL, amount: 220_00 } },
    });
  });

  it.each([
    // 50.00 × 20/30 = 33.33⅓, credited as 33.34; each price × 20/30, charged rounded down.
    ['agent-1000', 113_32],
    ['agent-2500', 299_99],
    ['agent-5000', 566_66],
    ['agent-10000', 1_099_99],
  ])('“You only pay the prorated difference”: from 200 to %s', async (pack, charged) => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.until(AFTER_TEN_DAYS);
    const preview = await account.subscription.previewPack({ pack });
    expect(preview).toMatchObject({ direction: 'upgrade', chargedNow: charged, credited: 33_34 });
    await account.subscription.changePack({ pack, preview });
    expect(await paid(account)).toEqual([50_00, charged]);
  });

  it('to the second: 1,217,917 of 2,592,000 seconds are left', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.until('2026-04-17T09:41:23Z');
    await account.subscription.changePack({ pack: 'agent-1000' });
    const [, upgrade] = await account.invoices();
    expect(upgrade?.lines.data.map(({ amount }) => amount).sort()).toEqual([-23_50, 103_37]);
    expect(upgrade?.amount_paid).toBe(79_87);
  });

  it('“No double-billing for the remainder of the period”', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.until(AFTER_TEN_DAYS);
    await account.subscription.changePack({ pack: 'agent-1000' });
    await account.until('2026-05-01T11:59:59Z');
    expect(await paid(account)).toEqual([50_00, 113_32]);
    const view = await account.until('2026-05-01T14:00:00Z');
    expect(await paid(account)).toEqual([50_00, 113_32, 220_00]);
    expect(view.credits.allowanceLeft).toBe('1000');
  });

  it('while the renewal is a draft: available at once, and still there when that is paid', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.until('2026-05-01T12:10:00Z');
    const view = await account.subscription.changePack({ pack: 'agent-1000' });
    expect(view.credits).toMatchObject({ allowance: '1000', allowanceLeft: '1000' });
    // 2,677,800 of 2,678,400 seconds are left of both prices; the draft bills the 50.00 in full.
    expect(await paid(account)).toEqual([50_00, 169_96]);
    const after = await account.until('2026-05-01T14:00:00Z');
    expect(await paid(account)).toEqual([50_00, 50_00, 169_96]);
    expect(after.credits).toMatchObject({ allowance: '1000', allowanceLeft: '1000' });
  });

  it('a card that is declined changes nothing', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.useCard('pm_card_chargeCustomerFail');
    await account.until(AFTER_TEN_DAYS);
    await expect(account.subscription.changePack({ pack: 'agent-1000' })).rejects.toMatchObject({
      code: 'CARD_DECLINED',
    });
    expect(await account.subscription.refresh()).toMatchObject({
      credits: { allowanceLeft: '200', resetsAt: RENEWAL },
      subscription: { plan: 'agent-200', state: 'active' },
    });
    expect(await paid(account)).toEqual([50_00]);
  });
});

describe('“Downgrades work the same way: the unused portion is credited on your next invoice”', () => {
  it('by default the smaller of unused time and unused credits: the time', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-1000');
    await account.until(AFTER_TEN_DAYS);
    const preview = await account.subscription.previewPack({ pack: 'agent-200' });
    // 170.00 × 20/30
    expect(preview).toMatchObject({ chargedNow: 0, credited: 113_33, creditsLost: '800' });
    const view = await account.subscription.changePack({ pack: 'agent-200', preview });
    expect(view).toMatchObject({
      credits: { balance: '205', allowance: '200', allowanceLeft: '200' },
      subscription: { plan: 'agent-200', nextInvoice: { at: RENEWAL, amount: 0 } },
    });
    // 50.00 a month until the 113.33 are used up.
    await account.until('2026-05-01T14:00:00Z');
    await account.until('2026-06-01T14:00:00Z');
    await account.until('2026-07-01T14:00:00Z');
    expect(await paid(account)).toEqual([220_00, 0, 0, 36_67]);
  });

  it('while the renewal is a draft: as previewed, credited as soon as that is paid', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-1000');
    await account.until('2026-05-01T12:10:00Z');
    const preview = await account.subscription.previewPack({ pack: 'agent-200' });
    // 170.00 × 2,677,800/2,678,400
    expect(preview).toMatchObject({ chargedNow: 0, credited: 169_96, creditsLost: '800' });
    const view = await account.subscription.changePack({ pack: 'agent-200', preview });
    expect(view.credits).toMatchObject({ allowance: '200', allowanceLeft: '200' });
    await expect(account.subscription.changePack({ pack: 'agent-1000' })).rejects.toMatchObject({
      code: 'BILLING_ACTION_UNAVAILABLE',
      details: {
        action: 'upgrade',
        state: 'active',
        until: expect.stringMatching('^2026-05-01T13:0') as unknown,
      },
    });
    const after = await account.until('2026-05-01T14:00:00Z');
    expect(after).toMatchObject({
      credits: { allowance: '200', allowanceLeft: '200' },
      subscription: { nextInvoice: { amount: 0 } },
    });
    for (const month of ['06', '07', '08', '09']) await account.until(`2026-${month}-01T14:00:00Z`);
    expect(await paid(account)).toEqual([220_00, 220_00, 0, 0, 0, 30_04]);
  });

  it('or the credits, where fewer of those are left', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-1000');
    await account.spend(700);
    await account.until(AFTER_TEN_DAYS);
    // Of the 300 that are left 200 stay; 100 at 22 cents go.
    const view = await account.subscription.changePack({ pack: 'agent-200' });
    expect(view.subscription.nextInvoice).toEqual({ at: RENEWAL, amount: 28_00 });
    await account.until('2026-05-01T14:00:00Z');
    expect(await paid(account)).toEqual([220_00, 28_00]);
  });

  it('with the policy `time` Stripe prorates, as for an upgrade', async () => {
    const account = await prorating.openAt(START);
    await account.subscribed('agent-1000');
    await account.spend(700);
    await account.until(AFTER_TEN_DAYS);
    await account.subscription.changePack({ pack: 'agent-200' });
    const { data } = await prorating.house.sdk.invoiceItems.list({
      customer: account.customer,
      pending: true,
    });
    // 220.00 × 20/30 back, 50.00 × 20/30 charged: 113.34 in all.
    expect(data.map(({ amount }) => amount).sort()).toEqual([-146_67, 33_33]);
    await account.until('2026-05-01T14:00:00Z');
    await account.until('2026-06-01T14:00:00Z');
    await account.until('2026-07-01T14:00:00Z');
    expect(await paid(account)).toEqual([220_00, 0, 0, 36_66]);
  });
});
