/**
 * Each rule of subscriptions, on real books: the sentences of the product, then what can go wrong with
 * them. Stripe is the model in test/support/billing.
 */
import { expectCleanBooks, openBooks, type Books } from '../ledger/books';
import type { BilledAccount } from '../../support/billing/billed-account';
import {
  balanceOf,
  openAccount,
  subscribedAccount,
} from '../../support/billing/subscribed-account';

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** The period that begins at START. */
const MONTH = 31 * DAY;

let books: Books;
beforeAll(async () => (books = await openBooks()));
afterEach(() => expectCleanBooks(books));
afterAll(() => books.close());

describe('packs', () => {
  test.each([
    ['agent-200', 200, 50_00],
    ['agent-1000', 1_000, 220_00],
    ['agent-2500', 2_500, 500_00],
    ['agent-5000', 5_000, 900_00],
    ['agent-10000', 10_000, 1_700_00],
  ])('%s: so many credits a month at that price', async (pack, allowance, price) => {
    const one = await subscribedAccount(books, pack);
    expect(await balanceOf(one)).toBe(allowance);
    expect(one.stripe.received()).toBe(price);
    const { view } = await one.sync();
    expect(view).toMatchObject({
      credits: { allowance: String(allowance), resetsAt: '2026-04-10T12:00:00.000Z' },
      subscription: {
        state: 'active',
        plan: pack,
        price,
        nextInvoice: { at: '2026-04-10T12:00:00.000Z', amount: price },
      },
    });
  });

  test('a renewal ends the old allowance and begins the full new one; top-ups stay', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    one.stripe.topUp('top-up-100');
    await one.sync();
    await one.spend(50);
    expect(await balanceOf(one)).toBe(250);
    one.pass(MONTH + 2 * HOUR);
    await one.sync();
    expect(await balanceOf(one)).toBe(300);
  });

  test('the allowance is used before top-ups, which never end', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    one.stripe.topUp('top-up-100');
    await one.sync();
    await one.spend(200);
    const { grants } = await one.books();
    expect(grants.map(({ source, remaining }) => [source, remaining])).toEqual([
      ['pack', '0'],
      ['top-up', '100'],
    ]);
  });

  test('between a period’s end and its payment, what is left stays', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    await one.spend(50);
    one.pass(MONTH + HOUR / 2);
    await one.sync();
    expect(await balanceOf(one)).toBe(150);
  });
});

describe('the free tier', () => {
  test('every account starts on it: 5 credits a day, at most 30 held', async () => {
    const one = await openAccount(books);
    expect(await balanceOf(one)).toBe(5);
    one.pass(20 * DAY);
    expect(await balanceOf(one)).toBe(30);
    const { view, wakeAt } = await one.sync();
    expect(view).toMatchObject({ subscription: { state: 'free', plan: 'free' } });
    expect(wakeAt).toBeUndefined();
  });

  test('is off while a pack is active', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    await one.spend(200);
    one.pass(10 * DAY);
    expect(await balanceOf(one)).toBe(0);
  });
});

describe('upgrading', () => {
  test('the new allowance is available immediately, for the prorated difference only', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    await one.spend(200);
    one.pass(MONTH / 2);
    expect(await one.change('agent-1000')).toBe(true);
    await one.sync();
    expect(await balanceOf(one)).toBe(1_000);
    expect(one.stripe.received()).toBe(50_00 + (220_00 - 50_00) / 2);
    expect((await one.sync()).view.credits).toMatchObject({
      allowance: '1000',
      resetsAt: '2026-04-10T12:00:00.000Z',
    });
  });

  test('restart-period: a new period, at the full price less what is unused', async () => {
    const one = await subscribedAccount(books, 'agent-200', { upgradeBilling: 'restart-period' });
    await one.spend(150);
    one.pass(MONTH / 2);
    await one.change('agent-1000');
    const { view } = await one.sync();
    expect(await balanceOf(one)).toBe(1_000);
    // Half of the time is worth $25, the 50 credits that are left $12.50: the smaller counts.
    expect(one.stripe.received()).toBe(50_00 + 220_00 - 12_50);
    expect(view.credits.resetsAt).toBe('2026-04-26T00:00:00.000Z');
  });

  test('going down and up again mints nothing, and gives back what the way down took', async () => {
    const one = await subscribedAccount(books, 'agent-1000');
    await one.spend(300);
    for (let time = 0; time < 3; time += 1) {
      await one.change('agent-200');
      await one.sync();
      expect(await balanceOf(one)).toBe(200);
      one.pass(DAY);
      await one.change('agent-1000');
      await one.sync();
      expect(await balanceOf(one)).toBe(700);
    }
  });

  test.each(['keep-period', 'restart-period'] as const)(
    '%s: a declined card leaves everything as it was',
    async (upgradeBilling) => {
      const one = await subscribedAccount(books, 'agent-200', { upgradeBilling });
      await one.spend(50);
      one.stripe.card.works = false;
      const before = [await one.books(), one.stripe.snapshot().subscriptions];
      expect(await one.change('agent-1000')).toBe(false);
      await one.sync();
      const [{ grants, ...rest }, subscriptions] = [
        await one.books(),
        one.stripe.snapshot().subscriptions,
      ];
      expect([{ ...rest, grants: grants.map(withoutCauses) }, subscriptions]).toEqual(before);
      expect(one.stripe.snapshot().pendingItems).toEqual([]);
    },
  );

  test('a change that was begun and never made gives its credits back', async () => {
    const one = await subscribedAccount(books, 'agent-200', { upgradeBilling: 'restart-period' });
    const key = (await one.books()).grants[0]?.key ?? '';
    await books.ledger.applyBilling(one.account, [
      { do: 'cut', key, cause: 'change:lost', atMost: '0' },
    ]);
    expect(await balanceOf(one)).toBe(0);
    await one.sync();
    expect(await balanceOf(one)).toBe(200);
  });

  test('a larger pack that nobody has paid for grants nothing', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    const [subscription] = one.stripe.snapshot().subscriptions;
    one.stripe.card.works = false;
    one.stripe.changeByHand(subscription?.id ?? '', 'agent-10000', true);
    await one.sync();
    expect(await balanceOf(one)).toBe(200);
    one.stripe.card = { name: 'pm_2', works: true };
    await one.sync();
    expect(await balanceOf(one)).toBe(10_000);
  });
});

describe('downgrading', () => {
  test('cuts what is left to the smaller allowance and credits it on the next invoice', async () => {
    const one = await subscribedAccount(books, 'agent-1000');
    await one.spend(600);
    one.pass(MONTH / 2);
    await one.change('agent-200');
    const { view } = await one.sync();
    expect(await balanceOf(one)).toBe(200);
    // 200 of the 400 credits were cut, worth $44; half of the time is worth $85.
    expect(one.stripe.snapshot().pendingItems).toMatchObject([{ amount: -44_00 }]);
    expect(view).toMatchObject({
      credits: { allowance: '200', allowanceLeft: '200' },
      subscription: { plan: 'agent-200', nextInvoice: { amount: 50_00 - 44_00 } },
    });
    one.pass(MONTH / 2 + 2 * HOUR);
    await one.sync();
    expect(await balanceOf(one)).toBe(200);
    expect(one.stripe.received()).toBe(220_00 + 6_00);
  });

  test('credits nothing for a pack that is burnt', async () => {
    const one = await subscribedAccount(books, 'agent-10000');
    await one.spend(10_000);
    await one.change('agent-200');
    await one.sync();
    expect(one.stripe.snapshot().pendingItems).toEqual([]);
  });

  test('unused: time leaves the credit to Stripe’s proration, and grants nothing for its lines', async () => {
    const one = await subscribedAccount(books, 'agent-1000', { unused: 'time' });
    await one.spend(900);
    one.pass(MONTH / 2);
    await one.change('agent-200');
    await one.sync();
    expect(await balanceOf(one)).toBe(100);
    expect(one.stripe.received()).toBe(220_00 - 85_00);
    one.pass(MONTH / 2 + 2 * HOUR);
    await one.sync();
    const { grants } = await one.books();
    expect(grants.map(({ amount, remaining }) => [amount, remaining])).toEqual([
      ['1000', '0'],
      ['200', '200'],
    ]);
  });
});

describe('canceling', () => {
  test('keeps full access to the end of the period, then drops to the free tier', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    await one.spend(50);
    await one.cancel();
    const { view } = await one.sync();
    expect(view).toMatchObject({
      credits: { endsAt: '2026-04-10T12:00:00.000Z' },
      subscription: { state: 'canceling', cancelsAt: '2026-04-10T12:00:00.000Z' },
      banner: { kind: 'canceling' },
    });
    expect(view.actions).toContain('resubscribe');
    one.pass(MONTH - 1);
    await one.sync();
    expect(await balanceOf(one)).toBe(150);
    one.pass(1);
    expect(await balanceOf(one)).toBe(0);
    one.pass(2 * DAY);
    const after = await one.sync();
    expect(after.view.subscription).toMatchObject({ state: 'free', plan: 'free' });
    expect(await balanceOf(one)).toBe(10);
    expect(one.stripe.received()).toBe(50_00);
  });

  test('resubscribe before the end undoes it in one call', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    await one.spend(50);
    await one.cancel();
    await one.sync();
    one.pass(20 * DAY);
    expect(await one.resubscribe()).toBe(true);
    await one.sync();
    one.pass(11 * DAY + 2 * HOUR);
    const { view } = await one.sync();
    expect(view.subscription.state).toBe('active');
    expect(await balanceOf(one)).toBe(200);
  });

  test('Pro + Agent: the Agent line leaves at once with a credit, Pro goes on', async () => {
    const one = await openAccount(books);
    await one.spend(5);
    await one.subscribe('agent-1000', 'pro');
    await one.sync();
    await one.spend(500);
    one.pass(MONTH / 4);
    expect(await one.cancel()).toBe(false);
    expect(await one.change(null)).toBe(true);
    const { view } = await one.sync();
    expect(await balanceOf(one)).toBe(0);
    // Half of the credits ($110) is less than three quarters of the time ($165).
    expect(one.stripe.snapshot().pendingItems).toMatchObject([{ amount: -110_00 }]);
    expect(view.subscription).toMatchObject({ state: 'free', pro: true });
    expect(view.actions).toContain('subscribe');
    one.pass(MONTH);
    await one.sync();
    expect(one.stripe.snapshot().subscriptions).toMatchObject([{ status: 'active' }]);
    expect(one.stripe.received()).toBe(220_00 + 99_00 - 110_00 + 99_00);
  });

  test('the Agent line that comes back in the same period mints nothing', async () => {
    const one = await openAccount(books);
    await one.spend(5);
    await one.subscribe('agent-1000', 'pro');
    await one.sync();
    await one.spend(400);
    await one.change(null);
    await one.sync();
    await one.subscribe('agent-1000');
    await one.sync();
    expect(await balanceOf(one)).toBe(600);
  });
});

describe('a payment that fails', () => {
  test('an upgrade by hand that is paid before it keeps its allowance', async () => {
    const one = await failing();
    await one.sync();
    one.stripe.card.works = true;
    const [subscription] = one.stripe.snapshot().subscriptions;
    one.stripe.changeByHand(subscription?.id ?? '', 'agent-1000', true);
    await one.sync();
    expect(await balanceOf(one)).toBe(1_000);
    one.pass(2 * DAY);
    await one.sync();
    expect(await balanceOf(one)).toBe(1_000);
  });

  async function failing(whenExhausted: 'cancel' | 'unpaid' = 'cancel'): Promise<BilledAccount> {
    const one = await subscribedAccount(books, 'agent-200');
    await one.spend(50);
    one.stripe.whenExhausted = whenExhausted;
    one.stripe.card.works = false;
    one.pass(MONTH + 2 * HOUR);
    return one;
  }

  test('shows a banner; credits stay intact and nothing new comes', async () => {
    const one = await failing();
    const { view } = await one.sync();
    expect(view).toMatchObject({
      subscription: { state: 'grace', plan: 'agent-200' },
      banner: { kind: 'payment-failed', graceEndsAt: '2026-04-18T12:00:00.000Z' },
    });
    one.pass(5 * DAY);
    await one.sync();
    expect(await balanceOf(one)).toBe(150);
  });

  test.each(['cancel', 'unpaid'] as const)(
    'retries exhausted (%s): the free tier; what was left stays until used, without refill above 30',
    async (whenExhausted) => {
      const one = await failing(whenExhausted);
      await one.sync();
      one.pass(8 * DAY);
      const { view } = await one.sync();
      expect(view).toMatchObject({
        subscription: { state: 'exhausted', plan: 'free' },
        banner: { kind: 'payment-given-up' },
      });
      one.pass(400 * DAY);
      await one.sync();
      expect(await balanceOf(one)).toBe(150);
      await one.spend(150);
      one.pass(DAY);
      expect(await balanceOf(one)).toBe(5);
      one.stripe.card = { name: 'pm_2', works: true };
      expect(await one.subscribe('agent-1000')).toBe(true);
      await one.sync();
      expect(await balanceOf(one)).toBe(1_005);
    },
  );

  test('leftovers of a pack that was given up stay beside the next subscription', async () => {
    const one = await failing();
    one.pass(9 * DAY);
    await one.sync();
    one.stripe.card.works = true;
    await one.subscribe('agent-200');
    await one.sync();
    expect(await balanceOf(one)).toBe(350);
    one.pass(MONTH + 2 * HOUR);
    await one.sync();
    expect(await balanceOf(one)).toBe(350);
  });

  test('a new card is tried at once, and the allowance comes with the payment', async () => {
    const one = await failing();
    await one.sync();
    one.stripe.card = { name: 'pm_2', works: true };
    const { view } = await one.sync();
    expect(view.subscription.state).toBe('active');
    expect(await balanceOf(one)).toBe(200);
    expect(one.sent.map((command) => command.do)).toEqual(['pay-invoice']);
  });

  test('paid late, for a subscription that is over: once, to the end of the line’s own period', async () => {
    const one = await failing();
    one.pass(9 * DAY);
    await one.sync();
    one.stripe.card.works = true;
    one.stripe.payOpen();
    const { view } = await one.sync();
    expect(await balanceOf(one)).toBe(200);
    expect(view).toMatchObject({
      subscription: { state: 'paid-late' },
      credits: { endsAt: '2026-05-10T12:00:00.000Z' },
    });
    one.pass(30 * DAY);
    await one.sync();
    expect((await one.books()).grants.every(({ remaining }) => remaining === '0')).toBe(true);
  });

  test('paid after the line’s own period: booked, and nothing is taken for it', async () => {
    const one = await failing();
    one.pass(60 * DAY);
    one.stripe.card.works = true;
    one.stripe.payOpen();
    await one.sync();
    expect((await one.books()).grants.map(({ remaining }) => remaining)).toEqual(['150', '0']);
  });

  test('canceling in grace ends at once: no free period', async () => {
    const one = await failing();
    await one.cancel();
    const { view } = await one.sync();
    expect(view.subscription).toMatchObject({ state: 'free', plan: 'free' });
    expect(view.banner).toBeUndefined();
    expect(one.stripe.snapshot().invoices.at(-1)).toMatchObject({ status: 'void' });
    expect(await balanceOf(one)).toBe(150);
  });
});

function withoutCauses<Grant extends { readonly revocations: readonly unknown[] }>(
  grant: Grant,
): Grant {
  return { ...grant, revocations: [] };
}
