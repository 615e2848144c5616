/**
 * Changes of packs that meet an invoice which is not paid: the draft of a new period, which waits for an
 * hour to be charged, and one that was declined.
 */
import {
  balanceOf,
  openAccount,
  subscribedAccount,
} from '../../support/billing/subscribed-account';
import { openBooks, type Books } from '../ledger/books';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const TEN_MINUTES = HOUR / 6;
/** March. */
const MONTH = 31 * DAY;

let books: Books;
beforeAll(async () => (books = await openBooks()));
afterAll(() => books.close());

describe('while the invoice of a new period is a draft', () => {
  test('an upgrade keeps its allowance when the renewal is paid after it', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    one.pass(MONTH + TEN_MINUTES);
    await one.change('agent-1000');
    await one.sync();
    await one.spend(100);
    one.pass(HOUR);
    await one.sync();
    expect(await balanceOf(one)).toBe(900);
  });

  test('up again waits for the renewal, which bills the larger pack', async () => {
    const one = await subscribedAccount(books, 'agent-1000');
    one.pass(MONTH + TEN_MINUTES);
    await one.change('agent-200');
    expect((await one.sync()).view.actions).not.toContain('upgrade');
    expect(await one.change('agent-1000')).toBe(false);
    one.pass(HOUR);
    expect((await one.sync()).view.actions).toContain('upgrade');
    expect(await one.change('agent-1000')).toBe(true);
    await one.sync();
    expect(await balanceOf(one)).toBe(1_000);
    // Less the hour in which it had the smaller one.
    expect(Math.abs(one.stripe.received() - 2 * 220_00)).toBeLessThan(1_00);
  });

  test('down and up by hand brings the allowance once, also when the renewal is paid', async () => {
    const one = await subscribedAccount(books, 'agent-1000');
    const id = one.stripe.snapshot().subscriptions[0]?.id ?? '';
    one.pass(MONTH + TEN_MINUTES);
    one.stripe.changeByHand(id, 'agent-200', true);
    one.pass(60);
    one.stripe.changeByHand(id, 'agent-1000', true);
    await one.sync();
    await one.spend(1_000);
    one.pass(HOUR);
    await one.sync();
    expect(await balanceOf(one)).toBe(0);
  });

  test('restart-period: a new period waits until what it replaces is paid', async () => {
    const one = await subscribedAccount(books, 'agent-200', { upgradeBilling: 'restart-period' });
    one.pass(MONTH + TEN_MINUTES);
    expect(await one.change('agent-1000')).toBe(false);
    one.pass(HOUR);
    await one.sync();
    expect(await one.change('agent-1000')).toBe(true);
    await one.sync();
    // $50 for the new period of the old pack, whose time was used for 70 minutes.
    expect(one.stripe.received()).toBe(50_00 + 50_00 + 220_00 - 49_91);
  });

  test('the Agent line that was taken off comes back when the renewal is paid', async () => {
    const one = await openAccount(books);
    await one.spend(5);
    await one.subscribe('agent-1000', 'pro');
    await one.sync();
    one.pass(MONTH + TEN_MINUTES);
    await one.change(null);
    expect((await one.sync()).view.actions).not.toContain('subscribe');
    expect(await one.subscribe('agent-1000')).toBe(false);
    one.pass(HOUR);
    await one.sync();
    expect(await one.subscribe('agent-1000')).toBe(true);
    await one.sync();
    expect(await balanceOf(one)).toBe(1_000);
  });

  test.each(['time', 'time-and-credits'] as const)(
    'up, down and up again mints nothing, unused: %s',
    async (unused) => {
      const one = await subscribedAccount(books, 'agent-200', { unused });
      one.pass(MONTH + TEN_MINUTES);
      for (const pack of ['agent-1000', 'agent-200', 'agent-1000']) {
        await one.change(pack);
        await one.sync();
        await one.spend(1_000);
        one.pass(TEN_MINUTES);
      }
      one.pass(HOUR);
      await one.sync();
      const { grants } = await one.books();
      const ofLarge = grants.filter(({ amount }) => amount === '1000');
      expect(ofLarge).toMatchObject([{ remaining: '0' }]);
      expect(await balanceOf(one)).toBe(0);
    },
  );

  test.each([true, false])(
    'a downgrade is credited when the renewal is paid, seen then (%p) or a period later',
    async (seen) => {
      const one = await subscribedAccount(books, 'agent-1000');
      one.pass(MONTH + TEN_MINUTES);
      await one.change('agent-200');
      await one.sync();
      expect(one.stripe.received()).toBe(220_00);
      one.pass(HOUR);
      if (seen) await one.sync();
      one.pass(MONTH);
      await one.sync();
      // $220 for the second period, of which 800 credits and $169.96 of time were given up, and $50.
      expect(one.stripe.received()).toBe(2 * 220_00 - 169_96 + 50_00);
      expect(await balanceOf(one)).toBe(200);
    },
  );
});

describe('down, and up by a way that nobody pays', () => {
  test.each([
    ['an invoice that is declined', true, true],
    ['an invoice that is declined', true, false],
    ['the next invoice', false, true],
    ['the next invoice', false, false],
  ] as const)('by %s: what was cut stays cut (%s, seen between: %s)', async (_, charged, seen) => {
    const one = await subscribedAccount(books, 'agent-1000');
    const id = one.stripe.snapshot().subscriptions[0]?.id ?? '';
    one.pass(DAY);
    one.stripe.changeByHand(id, 'agent-200', charged);
    if (seen) await one.sync();
    one.stripe.card.works = false;
    one.pass(DAY);
    one.stripe.changeByHand(id, 'agent-2500', charged);
    await one.sync();
    expect(await balanceOf(one)).toBe(200);
  });
});
