/** Periods follow the calendar from their anchor: short months, leap years, the turn of a year, no DST. */
import { addIntervals, nextBoundary } from '../../../stripe/simulator/engine/time';
import { advanceTo, HOUR, openAccount, openShop, type Shop } from './shop';

const MONTH = { interval: 'month', interval_count: 1 };
const at = (text: string): number => Date.parse(text) / 1000;
const day = (instant: number): string => new Date(instant * 1000).toISOString().slice(0, 10);

test.each([
  ['2026-01-31T10:00:00Z', ['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']],
  ['2028-01-31T10:00:00Z', ['2028-02-29', '2028-03-31', '2028-04-30']],
  ['2026-11-30T23:59:59Z', ['2026-12-30', '2027-01-30', '2027-02-28', '2027-03-30']],
])('months from %s keep the day of the anchor', (anchor, days) => {
  const boundaries = days.map((_, index) => addIntervals(at(anchor), MONTH, index + 1));
  expect(boundaries.map(day)).toEqual(days);
  // To the second, whatever the length of the months between.
  expect(boundaries.every((it) => (it - at(anchor)) % 86_400 === 0)).toBe(true);
});

test('a year from a leap day ends on 28 February, and on the 29th when there is one again', () => {
  const year = { interval: 'year', interval_count: 1 };
  const anchor = at('2028-02-29T00:00:00Z');
  const days = [1, 2, 3, 4].map((count) => day(addIntervals(anchor, year, count)));
  expect(days).toEqual(['2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29']);
});

test('a boundary is the first one after an instant, never that instant', () => {
  const anchor = at('2026-01-31T10:00:00Z');
  const february = at('2026-02-28T10:00:00Z');
  expect(nextBoundary(anchor, MONTH, february - 1)).toBe(february);
  expect(nextBoundary(anchor, MONTH, february)).toBe(at('2026-03-31T10:00:00Z'));
});

describe('on a clock', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop.close());

  test('a subscription of the 31st is renewed on each month’s last day, across a year', async () => {
    const { customer, clock } = await openAccount(shop, { at: at('2026-10-31T22:30:00Z') });
    const { id } = await shop.stripe.subscriptions.create({
      customer,
      items: [{ price: shop.prices['small'] as string }],
    });
    for (const text of ['2026-11-30', '2026-12-31', '2027-01-31', '2027-02-28', '2027-03-31']) {
      await advanceTo(shop, clock, at(`${text}T22:30:00Z`) + HOUR);
    }
    const invoices = (await shop.stripe.invoices.list({ subscription: id })).data;
    expect(invoices.map((it) => day(it.lines.data[0]?.period.start ?? 0)).reverse()).toEqual([
      '2026-10-31',
      '2026-11-30',
      '2026-12-31',
      '2027-01-31',
      '2027-02-28',
      '2027-03-31',
    ]);
    expect(invoices.every((it) => it.status === 'paid' && it.amount_paid === 5_000)).toBe(true);
  });

  test('a clock goes forward only, and two intervals at most', async () => {
    const { customer, clock } = await openAccount(shop);
    await shop.stripe.subscriptions.create({
      customer,
      items: [{ price: shop.prices['small'] as string }],
    });
    const { frozen_time: now } = await shop.stripe.testHelpers.testClocks.retrieve(clock);
    for (const frozen_time of [now, now - 1, now + 100 * 86_400]) {
      await expect(
        shop.stripe.testHelpers.testClocks.advance(clock, { frozen_time }),
      ).rejects.toMatchObject({ statusCode: 400, param: 'frozen_time' });
    }
  });
});

test('the same seed and requests give the same ids and events', async () => {
  const run = async (): Promise<string[]> => {
    const shop = await openShop({ seed: 'twice' });
    const { customer } = await openAccount(shop);
    await shop.stripe.subscriptions.create({
      customer,
      items: [{ price: shop.prices['small'] as string }],
    });
    const events = await shop.stripe.events.list({ limit: 100 });
    await shop.close();
    return events.data.map((it) => `${it.id} ${it.type} ${it.created}`);
  };
  expect(await run()).toEqual(await run());
});
