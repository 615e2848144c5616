/**
 * Money that goes back, or came twice, and money that comes by itself: refunds, disputes, a second
 * subscription, automatic top-ups.
 */
import { planAutoTopUp, planTopUp } from '../../../core/billing/plan-actions';
import type { BilledAccount } from '../../support/billing/billed-account';
import {
  balanceOf,
  openAccount,
  subscribedAccount,
} from '../../support/billing/subscribed-account';
import { expectCleanBooks, openBooks, type Books } from '../ledger/books';

const HOUR = 3_600;
const DAY = 24 * HOUR;

let books: Books;
beforeAll(async () => (books = await openBooks()));
afterEach(() => expectCleanBooks(books));
afterAll(() => books.close());

describe('refunds and disputes', () => {
  test('a refund takes its share of what it paid for, once', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    one.stripe.refund(0.25);
    await one.sync();
    expect(await balanceOf(one)).toBe(150);
    one.stripe.refund(0.5);
    await one.sync();
    expect(await balanceOf(one)).toBe(50);
  });

  test('what had been spent shows as unpaid', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    await one.spend(150);
    one.stripe.refund(1);
    const { view } = await one.sync();
    expect(view.credits).toMatchObject({ balance: '0', unpaid: '150' });
  });

  test('a dispute freezes at its opening; won, everything is as before', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    await one.spend(20);
    one.stripe.dispute();
    const { view } = await one.sync();
    expect(view).toMatchObject({ banner: { kind: 'frozen' }, credits: { balance: '0' } });
    expect(await one.spend(1)).toBe(0);
    one.stripe.closeDisputes('won');
    await one.sync();
    expect(await one.books()).toMatchObject({ frozen: false, balance: '180', unpaid: '0' });
  });

  test.each([
    ['nothing was spent: the account goes on', 0, false],
    ['something was spent: it stays frozen', 20, true],
  ])('a dispute is lost, and %s', async (_what, spent, frozen) => {
    const one = await subscribedAccount(books, 'agent-200');
    await one.spend(spent);
    one.stripe.dispute();
    await one.sync();
    one.stripe.closeDisputes('lost');
    await one.sync();
    expect(await one.books()).toMatchObject({ frozen, balance: '0', unpaid: String(spent) });
    await books.ledger.setFrozen(one.account, false);
    await one.sync();
    expect((await one.books()).frozen).toBe(false);
  });
});

describe('two subscriptions at once', () => {
  test('the newer one is ended and refunded, and grants nothing', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    one.pass(HOUR);
    one.stripe.subscribe('agent-1000');
    await one.sync();
    expect(await balanceOf(one)).toBe(200);
    expect(one.stripe.received()).toBe(50_00);
    expect(one.sent).toMatchObject([{ do: 'cancel-duplicate' }]);
    expect((await one.books()).unpaid).toBe('0');
  });

  test('the free tier begins when the pack is over, not when the second one was ended', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    one.pass(HOUR);
    one.stripe.subscribe('agent-1000');
    await one.sync();
    await one.spend(200);
    await one.cancel();
    one.pass(31 * DAY);
    await one.sync();
    expect(await one.spend(1)).toBe(0);
    one.pass(DAY);
    expect(await one.spend(30)).toBe(5);
  });

  test('nor when an earlier one was ended that stood beside Pro', async () => {
    const one = await openAccount(books);
    await one.spend(5);
    one.stripe.subscribe('pro');
    one.pass(HOUR);
    const own = one.stripe.subscribe('agent-200');
    await one.sync();
    one.pass(DAY);
    one.stripe.cancelNow(own);
    await one.sync();
    await one.subscribe('agent-200');
    await one.sync();
    one.pass(10 * DAY);
    const before = await balanceOf(one);
    await one.change(null);
    await one.sync();
    expect(await balanceOf(one)).toBe(before - 200);
  });
});

describe('automatic top-ups', () => {
  async function auto(ceiling: number): Promise<BilledAccount> {
    const one = await subscribedAccount(books, 'agent-200');
    one.autoTopUp = {
      topUp: 'top-up-100',
      below: '50',
      monthlyCeiling: ceiling,
      enabledAt: one.stripe.now(),
    };
    return one;
  }

  test('come when less than the threshold is available, up to the month’s ceiling', async () => {
    const one = await auto(50_00);
    await one.sync();
    expect(await balanceOf(one)).toBe(200);
    await one.spend(170);
    await one.sync();
    expect(await balanceOf(one)).toBe(130);
    for (let time = 0; time < 3; time += 1) {
      await one.spend(1_000);
      await one.sync();
    }
    expect((await one.sync()).view.autoTopUp).toBe('ceiling-reached');
    expect(one.stripe.received()).toBe(50_00 + 2 * 25_00);
    one.pass(22 * DAY);
    await one.sync();
    expect(await balanceOf(one)).toBe(100);
  });

  test('stop after declines, and go on with another card', async () => {
    const one = await auto(500_00);
    await one.spend(170);
    one.stripe.card.works = false;
    for (let day = 0; day < 10; day += 1) {
      await one.sync();
      one.pass(DAY);
    }
    expect((await one.sync()).view.autoTopUp).toBe('stopped');
    expect(one.stripe.snapshot().topUps).toHaveLength(3);
    one.stripe.card = { name: 'pm_2', works: true };
    await one.sync();
    expect(await balanceOf(one)).toBe(130);
  });
});

describe('asking for a top-up', () => {
  const wanted = { topUp: 'top-up-100', below: '50', monthlyCeiling: 50_00 };
  const refusal = (code: string): Error => expect.objectContaining({ code }) as Error; // matches any error with the code

  test('leads to Checkout, with the credits that it brings', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    expect(planTopUp(await one.input(), 'top-up-500', 'id')).toMatchObject({
      do: 'checkout-top-up',
      lookupKey: 'tollgate_top_up_500',
      credits: '500',
    });
    const input = await one.input();
    expect(() => planTopUp(input, 'top-up-7', 'id')).toThrow(refusal('PLAN_UNKNOWN'));
  });

  test('by itself counts declines from the moment that it is turned on', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    const input = await one.input();
    expect(planAutoTopUp(input, wanted)).toEqual({ ...wanted, enabledAt: input.now });
    expect(planAutoTopUp(input, null)).toBeUndefined();
    const low = { ...wanted, monthlyCeiling: 24_99 };
    expect(() => planAutoTopUp(input, low)).toThrow(refusal('INPUT_INVALID'));
  });

  test('is refused while the account is frozen', async () => {
    const one = await subscribedAccount(books, 'agent-200');
    await books.ledger.setFrozen(one.account, true);
    const input = await one.input();
    expect(() => planTopUp(input, 'top-up-100', 'id')).toThrow(
      refusal('BILLING_ACTION_UNAVAILABLE'),
    );
    expect(() => planAutoTopUp(input, wanted)).toThrow(refusal('BILLING_ACTION_UNAVAILABLE'));
  });
});
