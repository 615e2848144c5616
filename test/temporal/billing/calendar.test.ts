/**
 * The promise: renewals come on Stripe's day, at the second; midnight is that of UTC, wherever the hosts
 * stand and whatever their clocks' zones do; and hosts whose clocks differ by five minutes grant the same.
 */
import { openBillingHouse, type BillingHouse } from '../support/billing-house';
import { openSeed, type SeedHouse } from '../support/seed-house';

// Before anything reads it: a zone with summer time, for this process and for its sessions at PostgreSQL.
process.env['TZ'] = 'America/New_York';
process.env['PGOPTIONS'] = '-c timezone=America/New_York';

let seed: SeedHouse<BillingHouse>;

describe('in a zone with summer time', () => {
  beforeAll(async () => {
    seed = await openSeed(await openBillingHouse());
  });
  afterAll(() => seed.close());

  it.each([
    ['the 31st', '2026-01-31T10:00:00Z', ['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']],
    ['a leap day', '2028-01-31T23:59:59Z', ['2028-02-29', '2028-03-31', '2028-04-30']],
    ['from a leap day', '2028-02-29T00:00:00Z', ['2028-03-29', '2028-04-29']],
    ['the turn of a year', '2026-11-30T00:00:00Z', ['2026-12-30', '2027-01-30', '2027-02-28']],
    ['summer time begins', '2026-02-15T07:30:00Z', ['2026-03-15', '2026-04-15']],
    ['summer time ends', '2026-10-15T05:30:00Z', ['2026-11-15', '2026-12-15']],
  ])('%s', async (_name, start, renewals) => {
    const account = await seed.openAt(start);
    let view = await account.subscribed('agent-200');
    for (const day of renewals) {
      const at = `${day}T${start.slice(11, 19)}.000Z`;
      expect(view.credits).toMatchObject({ allowanceLeft: '200', resetsAt: at });
      await account.spend(120);
      await account.until(at);
      // The new period has begun; its payment is an hour away.
      expect((await account.subscription.refresh()).credits.allowanceLeft).toBe('80');
      view = await account.until(new Date(Date.parse(at) + 7_200_000).toISOString());
    }
    expect(await account.invoices()).toHaveLength(renewals.length + 1);
  });

  it.each([
    ['summer time begins', '2026-03-08', '2026-03-09'],
    ['summer time ends', '2026-11-01', '2026-11-02'],
    ['the year ends', '2026-12-31', '2027-01-01'],
  ])('the drip comes at midnight UTC where %s', async (_what, day, next) => {
    const account = await seed.openAt(`${day}T00:00:00Z`);
    await account.until(`${day}T23:59:59Z`);
    expect(await account.balance()).toBe('5');
    await account.until(`${next}T00:00:00Z`);
    expect(await account.balance()).toBe('10');
  });

  it('a subscription that ends with the year ends at its second', async () => {
    const account = await seed.openAt('2026-11-30T23:59:59Z');
    await account.subscribed('agent-200');
    await account.subscription.cancel();
    await account.until('2026-12-30T23:59:58Z');
    expect(await account.balance()).toBe('205');
    await account.until('2026-12-30T23:59:59Z');
    expect(await account.balance()).toBe('5');
    await account.until('2026-12-31T00:00:00Z');
    expect(await account.balance()).toBe('10');
  });
});

describe.each([-300, 300])('where the ledger’s clock is off by %i seconds', (skew) => {
  let skewed: SeedHouse<BillingHouse>;
  beforeAll(async () => {
    skewed = await openSeed(await openBillingHouse({ skew }));
  });
  afterAll(() => skewed.close());

  it('a subscription lives the same life', async () => {
    const account = await skewed.openAt('2026-04-01T12:00:00Z');
    await account.until('2026-04-01T12:10:00Z');
    await account.subscribed('agent-200');
    expect(await account.balance()).toBe('205');
    await account.spend(5);
    await account.until('2026-04-11T12:10:00Z');
    await account.subscription.changePack({ pack: 'agent-1000' });
    expect(await account.balance()).toBe('1005');
    await account.until('2026-05-01T14:00:00Z');
    expect(await account.balance()).toBe('1005');
    await account.subscription.cancel();
    await account.until('2026-06-01T12:04:59Z');
    expect(await account.balance()).toBe('1005');
    const over = await account.until('2026-06-01T12:15:00Z');
    expect(over).toMatchObject({ subscription: { state: 'free' }, credits: { balance: '5' } });
    await account.until('2026-06-02T00:05:00Z');
    expect(await account.balance()).toBe('10');
    const amounts = (await account.invoices()).map(({ amount_paid }) => amount_paid);
    expect(amounts).toEqual([50_00, 113_32, 220_00]);
    const grants = await skewed.house.ledger.listGrants(account.account, { limit: 100 });
    expect(grants.filter(({ source }) => source === 'pack')).toHaveLength(3);
  });
});
