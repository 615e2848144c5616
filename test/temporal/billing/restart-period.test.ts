/**
 * The promise of `upgradeBilling: restart-period`: an upgrade begins a new period at the full price, less
 * what is unused of the old one; every other line begins anew, too. Worked out by hand, as the figures of
 * the seed's sentences are; a period of 30 days, of which 20 are left.
 */
import { DAY, openBillingHouse, type BillingHouse } from '../support/billing-house';
import {
  buyPro,
  openSeed,
  openSeedHouse,
  paid,
  type SeedAccount,
  type SeedHouse,
} from '../support/seed-house';

const START = '2026-04-01T12:00:00Z';
const AFTER_TEN_DAYS = '2026-04-11T12:00:00Z';
const HOUR = 3_600;
const NEW_RENEWAL = '2026-05-11T12:00:00.000Z';

let seed: SeedHouse;
let prorating: SeedHouse;
/** On the simulator, whose webhooks can be lost. */
let unheard: SeedHouse<BillingHouse>;
beforeAll(async () => {
  seed = await openSeedHouse({ policies: { upgradeBilling: 'restart-period' } });
  prorating = await openSeedHouse({
    policies: { upgradeBilling: 'restart-period', unused: 'time' },
  });
  unheard = await openSeed(
    await openBillingHouse({ policies: { upgradeBilling: 'restart-period' } }),
  );
});
afterAll(() => Promise.all([seed.close(), prorating.close(), unheard.close()]));

it.each([
  ['the time, where the credits are unspent: 50.00 × 20/30', 0, 186_67],
  ['the credits, where fewer are left: 50.00 × 50/200', 150, 207_50],
  ['nothing, where all are spent', 205, 220_00],
])('credits %s', async (_what, spent, charged) => {
  const account = await seed.openAt(START);
  await account.subscribed('agent-200');
  if (spent > 0) await account.spend(spent);
  await account.until(AFTER_TEN_DAYS);
  const preview = await account.subscription.previewPack({ pack: 'agent-1000' });
  expect(preview).toMatchObject({ chargedNow: charged, creditsAfter: '1000' });
  const view = await account.subscription.changePack({ pack: 'agent-1000', preview });
  expect(view).toMatchObject({
    credits: { allowance: '1000', allowanceLeft: '1000', resetsAt: NEW_RENEWAL },
    subscription: { plan: 'agent-1000', nextInvoice: { at: NEW_RENEWAL, amount: 220_00 } },
  });
  expect(await paid(account)).toEqual([50_00, charged]);
  // The old allowance is gone, whatever was left of it.
  expect(await account.balance()).toBe(spent > 200 ? '1000' : '1005');
  const renewed = await account.until('2026-05-11T14:00:00Z');
  expect(await paid(account)).toEqual([50_00, charged, 220_00]);
  expect(renewed.credits.allowanceLeft).toBe('1000');
});

it('with the policy `time` Stripe credits the unused time', async () => {
  const account = await prorating.openAt(START);
  await account.subscribed('agent-200');
  await account.spend(150);
  await account.until(AFTER_TEN_DAYS);
  const view = await account.subscription.changePack({ pack: 'agent-1000' });
  expect(view.credits).toMatchObject({ allowanceLeft: '1000', resetsAt: NEW_RENEWAL });
  expect(await paid(account)).toEqual([50_00, 186_66]);
});

it('an hour before a renewal the largest pack costs its price', async () => {
  const account = await seed.openAt(START);
  await account.subscribed('agent-200');
  await account.until('2026-05-01T11:00:00Z');
  await account.subscription.changePack({ pack: 'agent-10000' });
  expect(await paid(account)).toEqual([50_00, 1_699_94]);
});

it('credits the unused part of a renewal that nobody has heard of', async () => {
  const account = await unheard.openAt(START);
  await account.subscribed('agent-200');
  await unheard.house.control('faults/webhooks', { drop: 1 });
  await account.advance(30 * DAY + 2 * HOUR);
  const preview = await account.subscription.previewPack({ pack: 'agent-1000' });
  await unheard.house.control('faults/clear');
  // Two hours of the month are used up, and no credits: 50.00 × 742/744, rounded down.
  expect(preview.chargedNow).toBe(170_14);
  const view = await account.subscription.changePack({ pack: 'agent-1000', preview });
  expect(view.credits.allowanceLeft).toBe('1000');
  expect(await paid(account)).toEqual([50_00, 50_00, 170_14]);
  expect(await waitingItems(unheard, account)).toEqual([]);
});

it('begins Pro’s period anew as well, and credits its unused time', async () => {
  const account = await seed.openAt(START);
  const pro = await buyPro(seed.house, account);
  await account.subscription.subscribe({ pack: 'agent-200' });
  await account.until(AFTER_TEN_DAYS);
  const preview = await account.subscription.previewPack({ pack: 'agent-1000' });
  const view = await account.subscription.changePack({ pack: 'agent-1000', preview });
  expect(view.subscription).toMatchObject({
    pro: true,
    nextInvoice: { at: NEW_RENEWAL, amount: 319_00 },
  });
  const { items } = await seed.house.sdk.subscriptions.retrieve(pro.id);
  expect(items.data.map(({ current_period_end }) => current_period_end)).toEqual(
    items.data.map(() => Date.parse(NEW_RENEWAL) / 1_000),
  );
  // 220.00 and 99.00 for the new period, less 50.00 × 20/30 and 99.00 × 20/30.
  const charged = (await paid(account)).at(-1);
  expect(charged).toBe(219_67);
  expect(preview.chargedNow).toBe(charged);
});

it('gives everything back if the card is declined', async () => {
  const account = await seed.openAt(START);
  const before = await account.subscribed('agent-200');
  await account.useCard('pm_card_chargeCustomerFail');
  await account.until(AFTER_TEN_DAYS);
  await expect(account.subscription.changePack({ pack: 'agent-1000' })).rejects.toMatchObject({
    code: 'CARD_DECLINED',
  });
  const after = await account.subscription.refresh();
  expect(after.credits).toEqual(before.credits);
  expect(after.subscription).toEqual(before.subscription);
  expect(await waitingItems(seed, account)).toEqual([]);
  await account.useCard('pm_card_visa');
  await account.subscription.changePack({ pack: 'agent-1000' });
  expect((await paid(account)).at(-1)).toBe(186_67);
});

/** Amounts that wait for the next invoice. */
async function waitingItems(
  { house: { sdk } }: SeedHouse,
  { customer }: SeedAccount,
): Promise<readonly number[]> {
  const { data } = await sdk.invoiceItems.list({ customer, pending: true });
  return data.map(({ amount }) => amount);
}
