/**
 * The mistakes that others made with Stripe, each with its own test: what happened to them does not happen
 * here. Which of them are held elsewhere stands in docs/stripe.md.
 */
import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { API_VERSION } from '../../../stripe/connection';
import { eventually } from '../../support/eventually';
import {
  DAY,
  openBillingHouse,
  type BillingHouse,
  type TestAccount,
} from '../support/billing-house';
import { priceOf, submit, take } from '../support/customer-acts';

let house: BillingHouse;
beforeAll(async () => {
  house = await openBillingHouse();
});
afterEach(() => house.control('faults/clear'));
afterAll(() => house.close());

async function subscribed(pack = 'agent-200'): Promise<TestAccount> {
  const account = await house.openAccount();
  await account.buy(pack);
  await account.subscription.refresh();
  return account;
}

async function grantsOf({ account }: TestAccount, source: string) {
  const { grants } = await house.ledger.readBilling(account);
  return grants.filter((grant) => grant.source === source);
}

async function receivedFrom({ customer }: TestAccount): Promise<number> {
  const { data } = await house.sdk.charges.list({ customer, limit: 100 });
  return data
    .filter(({ status }) => status === 'succeeded')
    .reduce((sum, { amount, amount_refunded }) => sum + amount - amount_refunded, 0);
}

/** A subscription that no Checkout made, with the lines in this order. */
async function subscribeByHand({ customer }: TestAccount, ...lookupKeys: string[]) {
  const { sdk } = house;
  const card = await sdk.paymentMethods.attach('pm_card_visa', { customer });
  const prices = await Promise.all(lookupKeys.map((key) => priceOf(sdk, key)));
  return sdk.subscriptions.create({
    customer,
    items: prices.map((price) => ({ price })),
    default_payment_method: card.id,
  });
}

async function liveOf({ customer }: TestAccount): Promise<Stripe.Subscription> {
  const { data } = await house.sdk.subscriptions.list({ customer });
  if (!data[0]) throw new Error('no subscription');
  return data[0];
}

describe('grants', () => {
  it('an event that is delivered again, under its id and another, grants nothing again', async () => {
    await house.control('faults/webhooks', { duplicates: 3, twins: true });
    const account = await subscribed();
    await house.control('webhooks/resend');
    await account.subscription.refresh();
    expect(await grantsOf(account, 'pack')).toHaveLength(1);
  });

  it('the same grant from eight hands at once is one', async () => {
    const account = await house.openAccount();
    const grant = {
      do: 'grant',
      key: 'il_same',
      source: 'pack',
      amount: '200',
      priority: 0,
    } as const;
    const hands = Array.from({ length: 8 }, () =>
      house.ledger.applyBilling(account.account, [grant]),
    );
    const done = (await Promise.all(hands)).flat();
    expect(done.filter(({ changed }) => changed)).toHaveLength(1);
    expect((await house.ledger.readBilling(account.account)).balance).toBe('205');
  });

  it('checkout.session.completed and invoice.paid of one purchase are one grant', async () => {
    const account = await subscribed();
    const { url } = await account.subscription.topUp({ topUp: 'top-up-100' });
    await account.pay(url);
    await account.subscription.refresh();
    const { data } = await house.sdk.events.list({ limit: 100 });
    const types = new Set(data.map(({ type }) => type));
    expect([types.has('checkout.session.completed'), types.has('invoice.paid')]).toEqual([
      true,
      true,
    ]);
    expect(await grantsOf(account, 'pack')).toHaveLength(1);
    expect(await grantsOf(account, 'top-up')).toHaveLength(1);
  });

  it('a second endpoint takes nothing away from the first', async () => {
    const second = await house.sdk.webhookEndpoints.create({
      url: house.webhook.url.replace('127.0.0.1', 'localhost'),
      enabled_events: ['*'],
      api_version: API_VERSION,
    });
    const account = await house.openAccount();
    const { url } = await account.subscription.topUp({ topUp: 'top-up-100' });
    await account.pay(url);
    // Its secret is unknown here, so it is refused; the first one's delivery counts.
    await eventually(async () => (await grantsOf(account, 'top-up')).length === 1);
    // What it refuses holds up the drafts of all accounts.
    await house.sdk.webhookEndpoints.del(second.id);
  });

  it('a paid invoice is no renewal: down and up again refills nothing', async () => {
    const account = await subscribed('agent-1000');
    const one = { house, account };
    await take(one, { do: 'spend', amount: 1_005 });
    for (let round = 0; round < 3; round += 1) {
      await account.advance(DAY);
      await account.subscription.changePack({ pack: 'agent-200' });
      const view = await account.subscription.changePack({ pack: 'agent-1000' });
      expect(view.credits.balance).toBe('0');
    }
  });

  it('but an upgrade that is paid for brings the whole allowance', async () => {
    const account = await subscribed();
    await take({ house, account }, { do: 'spend', amount: 205 });
    const view = await account.subscription.changePack({ pack: 'agent-1000' });
    expect(view.credits.balance).toBe('1000');
  });

  it('an invoice of another product brings nothing', async () => {
    const account = await house.openAccount();
    await subscribeByHand(account, 'tollgate_pro');
    await account.advance(32 * DAY);
    const view = await account.subscription.refresh();
    expect(view.subscription).toMatchObject({ plan: 'free', pro: true });
    expect(await grantsOf(account, 'pack')).toEqual([]);
  });
});

describe('what a subscription is', () => {
  it('a late event of it being active does not bring back a plan that is over', async () => {
    const account = await subscribed();
    const active = await liveOf(account);
    await house.sdk.subscriptions.cancel(active.id);
    await account.subscription.refresh();
    const payload = JSON.stringify({
      id: `evt_${randomUUID().replaceAll('-', '')}`,
      object: 'event',
      type: 'customer.subscription.updated',
      api_version: API_VERSION,
      livemode: false,
      created: account.now() + 60,
      data: { object: active },
    });
    const { secret } = house.webhook;
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
    const { status } = await fetch(house.webhook.url, {
      method: 'POST',
      body: payload,
      headers: { 'content-type': 'application/json', 'stripe-signature': signature },
    });
    expect(status).toBe(200);
    const view = await account.subscription.refresh();
    expect(view.subscription).toMatchObject({ state: 'free', plan: 'free' });
    expect(view.credits.allowance).toBeUndefined();
  });

  it('its period is that of its item: the subscription itself has none any more', async () => {
    const account = await subscribed();
    const live = await liveOf(account);
    expect(live).not.toHaveProperty('current_period_end');
    const end = live.items.data[0]?.current_period_end ?? 0;
    const { credits } = await account.subscription.refresh();
    expect(credits.resetsAt).toBe(new Date(end * 1_000).toISOString());
  });

  it('a cancellation in the portal, by its date alone, is seen and can be taken back', async () => {
    const account = await subscribed();
    const { sdk } = house;
    const configuration = await sdk.billingPortal.configurations.create({
      features: { subscription_cancel: { enabled: true } },
    });
    const { url } = await sdk.billingPortal.sessions.create({
      customer: account.customer,
      configuration: configuration.id,
    });
    const { id } = await liveOf(account);
    await submit(url, { outcome: 'cancel', subscription: id });
    const live = await liveOf(account);
    expect([live.cancel_at_period_end, live.cancel_at]).toEqual([false, expect.any(Number)]);
    const view = await account.subscription.refresh();
    expect(view.subscription).toMatchObject({
      state: 'canceling',
      cancelsAt: new Date((live.cancel_at ?? 0) * 1_000).toISOString(),
    });
    const kept = await account.subscription.resubscribe();
    expect(kept.subscription.state).toBe('active');
    expect((await liveOf(account)).cancel_at).toBeNull();
  });

  it.each([[['tollgate_pro', 'tollgate_agent_1000']], [['tollgate_agent_1000', 'tollgate_pro']]])(
    'its pack is found by its price, wherever it stands: %j',
    async (lines) => {
      const account = await house.openAccount();
      await subscribeByHand(account, ...lines);
      const view = await account.subscription.refresh();
      expect(view.subscription).toMatchObject({ plan: 'agent-1000', pro: true, price: 220_00 });
      expect(view.credits.allowanceLeft).toBe('1000');
    },
  );

  it('a renewal is known to be whose it is: the subscription itself carries the account', async () => {
    const account = await subscribed();
    expect(Object.values((await liveOf(account)).metadata)).toContain(account.account);
    await account.advance(32 * DAY);
    await eventually(async () => (await grantsOf(account, 'pack')).length === 2);
  });
});

describe('money that goes back', () => {
  async function toppedUp(card?: string): Promise<TestAccount> {
    const account = await house.openAccount();
    const { url } = await account.subscription.topUp({ topUp: 'top-up-100' });
    await account.pay(url, card);
    await account.subscription.refresh();
    return account;
  }

  async function chargeOf({ customer }: TestAccount): Promise<string> {
    const { data } = await house.sdk.charges.list({ customer });
    return data[0]?.id ?? '';
  }

  it('a refunded top-up cannot be spent; of a second refund only the difference is taken', async () => {
    const account = await toppedUp();
    const charge = await chargeOf(account);
    for (const left of ['60', '20']) {
      await house.sdk.refunds.create({ charge, amount: 10_00 });
      await account.subscription.refresh();
      await account.subscription.refresh();
      const [grant] = await grantsOf(account, 'top-up');
      expect(grant?.remaining).toBe(left);
    }
  });

  it('a dispute that is won gives back what it took, and once only', async () => {
    const account = await toppedUp('4000000000000259');
    expect((await account.subscription.refresh()).banner?.kind).toBe('frozen');
    expect((await grantsOf(account, 'top-up'))[0]?.remaining).toBe('0');
    await take({ house, account }, { do: 'disputes', end: 'won' });
    for (let look = 0; look < 2; look += 1) {
      const { banner } = await account.subscription.refresh();
      expect(banner).toBeUndefined();
      expect((await grantsOf(account, 'top-up'))[0]?.remaining).toBe('100');
    }
  });
});

describe('two at once', () => {
  it('of two tabs with Checkout, only the last can be paid', async () => {
    const account = await house.openAccount();
    const first = await account.subscription.subscribe({ pack: 'agent-200' });
    const second = await account.subscription.subscribe({ pack: 'agent-1000' });
    if (!('url' in first) || !('url' in second)) throw new Error('no Checkout page');
    await account.pay(second.url);
    await expect(account.pay(first.url)).rejects.toThrow('Checkout answered');
    const view = await account.subscription.refresh();
    expect(view.subscription.plan).toBe('agent-1000');
    expect(await receivedFrom(account)).toBe(220_00);
  });

  it('a second subscription is ended and refunded, and bills no more', async () => {
    const account = await subscribed();
    await account.advance(60);
    const second = await subscribeByHand(account, 'tollgate_agent_1000');
    await account.subscription.refresh();
    const ended = await house.sdk.subscriptions.retrieve(second.id);
    expect(ended.status).toBe('canceled');
    expect(await receivedFrom(account)).toBe(50_00);
    expect(await grantsOf(account, 'pack')).toHaveLength(1);
    await account.advance(32 * DAY);
    await account.subscription.refresh();
    expect(await receivedFrom(account)).toBe(100_00);
  });
});

it('canceling while a payment is overdue ends at once: no free period, and no debt', async () => {
  const account = await subscribed();
  await take({ house, account }, { do: 'bank', declines: true });
  await account.advance(31 * DAY + 7_200);
  expect((await account.subscription.refresh()).subscription.state).toBe('grace');
  const view = await account.subscription.cancel();
  expect(view.subscription).toMatchObject({ state: 'free', plan: 'free' });
  expect(view.banner).toBeUndefined();
  const { customer } = account;
  const open = await house.sdk.invoices.list({ customer, status: 'open' });
  expect(open.data).toEqual([]);
  // What was paid for stays until it is used; the month that was not paid brought nothing.
  expect(await grantsOf(account, 'pack')).toMatchObject([{ amount: '200', remaining: '200' }]);
});
