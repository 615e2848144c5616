/**
 * Months that end on another day, leap days, the turn of the year, summer time, and hosts whose clocks
 * differ by five minutes: renewals come on Stripe's day and nothing is granted or lost twice.
 */
import { reconcile } from '../../../core/billing/reconcile';
import { balanceOf, subscribedAccount } from '../../support/billing/subscribed-account';
import { expectCleanBooks, openBooks, type Books } from '../ledger/books';

const HOUR = 3_600;
const DAY = 24 * HOUR;

let books: Books;
beforeAll(async () => (books = await openBooks()));
afterEach(() => expectCleanBooks(books));
afterAll(() => books.close());

test.each([
  ['the 31st', '2026-01-31T10:00:00Z', ['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']],
  ['a leap day', '2028-01-31T23:59:59Z', ['2028-02-29', '2028-03-31', '2028-04-30']],
  ['from a leap day', '2028-02-29T00:00:00Z', ['2028-03-29', '2028-04-29']],
  ['the turn of a year', '2026-11-30T00:00:00Z', ['2026-12-30', '2027-01-30', '2027-02-28']],
  ['summer time', '2026-03-15T01:30:00Z', ['2026-04-15', '2026-05-15']],
])('%s', async (_name, start, renewals) => {
  const one = await subscribedAccount(books, 'agent-200', {}, new Date(start));
  for (const [place, day] of renewals.entries()) {
    const { view } = await one.sync();
    expect(view.credits.resetsAt).toBe(`${day}T${start.slice(11, 19)}.000Z`);
    await one.spend(120);
    const end = Date.parse(view.credits.resetsAt ?? '') / 1_000;
    one.pass(end - one.stripe.now() + 2 * HOUR);
    await one.sync();
    expect(await balanceOf(one)).toBe(200);
    expect((await one.books()).grants).toHaveLength(place + 2);
  }
});

describe.each([-300, 300])('a clock that is off by %i seconds', (skew) => {
  test('decides the same at every turn', async () => {
    const one = await subscribedAccount(books, 'agent-1000');
    const same = async (): Promise<void> => {
      const input = await one.input();
      const skewed = reconcile({ ...input, now: input.now + skew });
      const { ledger, stripe } = reconcile(input);
      expect([skewed.ledger, skewed.stripe]).toEqual([ledger, stripe]);
      await one.sync();
    };
    await same();
    await one.change('agent-200');
    await same();
    one.pass(31 * DAY + HOUR);
    await same();
    one.stripe.card.works = false;
    one.pass(30 * DAY);
    await same();
    one.pass(HOUR);
    await same();
    one.pass(6 * DAY);
    await same();
    one.pass(DAY + HOUR);
    await same();
    one.stripe.card.works = true;
    await one.subscribe('agent-200');
    await same();
    await one.cancel();
    await same();
    one.pass(31 * DAY);
    await same();
  });
});

test('wakes by itself for everything that Stripe will do: nobody needs to send an event', async () => {
  const one = await subscribedAccount(books, 'agent-200');
  one.stripe.card.works = false;
  const states: string[] = [];
  while (one.stripe.now() < Date.parse('2026-04-25T00:00:00Z') / 1_000) {
    const { view, wakeAt } = await one.sync();
    if (states.at(-1) !== view.subscription.state) states.push(view.subscription.state);
    const wake = Date.parse(wakeAt ?? '') / 1_000;
    expect(wake).toBeGreaterThan(one.stripe.now());
    expect(wake).toBeLessThanOrEqual(one.stripe.now() + DAY);
    one.pass(wake - one.stripe.now());
  }
  expect(states).toEqual(['active', 'grace', 'exhausted']);
});
