/**
 * The promise: whoever has turned automatic top-ups on is topped up by himself soon after his credits run
 * low: one at a time, paid once and granted once whatever fails or repeats, never beyond the month's
 * ceiling, and not against a card that says no.
 */
import { TollgateError } from '../../../core/contract/errors';
import type { StripeGateway } from '../../../stripe/gateway';
import { call, DAY_MS, settleOf } from '../../db/ledger/books';
import { eventually } from '../../support/eventually';
import {
  DAY,
  openBillingHouse,
  type BillingHouse,
  type TestAccount,
} from '../support/billing-house';
import { RETURN_URL } from '../support/billing-settings';

let house: BillingHouse;
beforeAll(async () => {
  house = await openBillingHouse();
});
afterEach(() => house.control('faults/clear'));
afterAll(() => house.close());

/** Of 100 credits for $25, while less than 20 are there; at most two in a month. */
const SETTINGS = { topUp: 'top-up-100', below: '20', monthlyCeiling: 5_000 };

/** With a card on file and 30 credits beside the free tier's. */
async function withCard(card = 'pm_card_visa'): Promise<TestAccount> {
  const one = await house.openAccount();
  await useCard(one, card);
  await house.ledger.grant({
    account: one.account,
    key: `gift:${one.account}`,
    source: 'gift',
    amount: 30_000_000n,
  });
  return one;
}

async function useCard({ customer }: TestAccount, card: string): Promise<string> {
  const { id } = await house.sdk.paymentMethods.attach(card, { customer });
  const settings = { default_payment_method: id };
  await house.sdk.customers.update(customer, { invoice_settings: settings });
  return id;
}

/** As a block does: nobody tells the subscription's workflow. */
async function spend({ account }: TestAccount, credits: string): Promise<void> {
  const request = call(account, credits, { deadlineMs: DAY_MS });
  const answer = await house.ledger.reserve(request);
  if (answer.kind !== 'reserved') throw new Error(`not reserved: ${JSON.stringify(answer)}`);
  await house.ledger.settle(settleOf(request, credits));
}

async function intentsOf({ customer }: TestAccount) {
  const { data } = await house.sdk.paymentIntents.list({ customer, limit: 100 });
  return data.map(({ status, amount }) => ({ status, amount }));
}

async function topUpsOf({ account }: TestAccount): Promise<number> {
  const grants = await house.ledger.listGrants(account);
  return grants.filter(({ source }) => source === 'top-up').length;
}

/** Every timer that its workflow has set, in seconds. */
async function timersOf({ account }: TestAccount): Promise<number[]> {
  const handle = house.temporal.client.workflow.getHandle(`subscription:${account}`);
  const { events = [] } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
    timer ? [Number(timer.startToFireTimeout?.seconds)] : [],
  );
}

const whenToppedUp = (one: TestAccount, times: number) =>
  eventually(async () => (await topUpsOf(one)) === times);

const PAID = { status: 'succeeded', amount: 2_500 };
const FAILED = { status: 'requires_payment_method', amount: 2_500 };

it('buys one as soon as a block has brought the account below the threshold', async () => {
  const one = await withCard();
  expect(await one.subscription.setAutoTopUp(SETTINGS)).toMatchObject({ autoTopUp: 'ready' });
  expect(await intentsOf(one)).toEqual([]);
  await spend(one, '16');
  await whenToppedUp(one, 1);
  expect(await intentsOf(one)).toEqual([PAID]);
  const view = await one.subscription.refresh();
  expect(view).toMatchObject({ autoTopUp: 'ready', credits: { available: '119' } });
});

it('buys nothing that was not asked for', async () => {
  const off = await withCard();
  await off.subscription.setAutoTopUp(SETTINGS);
  expect(await off.subscription.setAutoTopUp(null)).toMatchObject({ autoTopUp: 'off' });
  await spend(off, '35');
  const enough = await withCard();
  await enough.subscription.setAutoTopUp(SETTINGS);
  await spend(enough, '15');
  // A third account, which is topped up after both could have been.
  const low = await withCard();
  await low.subscription.setAutoTopUp(SETTINGS);
  await spend(low, '16');
  await whenToppedUp(low, 1);
  for (const one of [off, enough]) {
    await one.subscription.refresh();
    expect(await intentsOf(one)).toEqual([]);
  }
});

it.each<[string, object]>([
  ['fails before it does anything', { status: 500, times: 3 }],
  ['does it, and its answer is lost', { status: 500, times: 1, afterCommit: true }],
  ['asks to come again later', { status: 429, times: 4 }],
])('pays once and grants once when Stripe %s', async (_name, fault) => {
  const one = await withCard();
  await one.subscription.setAutoTopUp(SETTINGS);
  await house.control('faults/api', { method: 'POST', path: '/v1/payment_intents', ...fault });
  await spend(one, '16');
  await Promise.all([one.subscription.hint(), one.subscription.hint()]);
  await whenToppedUp(one, 1);
  await one.subscription.refresh();
  expect(await intentsOf(one)).toEqual([PAID]);
  expect(await topUpsOf(one)).toBe(1);
});

it('pays once and grants once when the worker stops while the card is charged', async () => {
  const one = await withCard();
  await one.subscription.setAutoTopUp(SETTINGS);
  const slow = { status: 200, delayMs: 3_000, times: 1 };
  await house.control('faults/api', { method: 'POST', path: '/v1/payment_intents', ...slow });
  await spend(one, '16');
  await one.subscription.hint();
  await house.stopWorkers();
  await house.startWorker();
  await whenToppedUp(one, 1);
  await one.subscription.refresh();
  expect(await intentsOf(one)).toEqual([PAID]);
});

it('tries again in a quarter of an hour what Stripe has refused without a payment', async () => {
  const { gateway, catalogue } = house;
  // Every time until it is told otherwise: events from Stripe make it look, and ask, in between.
  let refuses = true;
  const refusing: StripeGateway = {
    ...gateway,
    async perform(buyer, command) {
      if (command.do !== 'charge-top-up' || !refuses) return gateway.perform(buyer, command);
      throw new TollgateError('STRIPE_REFUSED', { reason: 'as Stripe says it' });
    },
  };
  await house.stopWorkers();
  await house.startWorker({ billing: { gateway: refusing, catalogue, returnUrl: RETURN_URL } });
  const one = await withCard();
  await spend(one, '16');
  expect(await one.subscription.setAutoTopUp(SETTINGS)).toMatchObject({ autoTopUp: 'charging' });
  expect(await intentsOf(one)).toEqual([]);
  // The timer is set when the step that has refused is over, which may be after the answer above.
  await eventually(async () => (await timersOf(one)).includes(15 * 60));
  refuses = false;
  expect(await one.subscription.refresh()).toMatchObject({ autoTopUp: 'ready' });
  expect(await intentsOf(one)).toEqual([PAID]);
  await house.stopWorkers();
  await house.startWorker();
});

it('goes on from what was set when somebody has ended the workflow', async () => {
  const one = await withCard();
  await one.subscription.setAutoTopUp(SETTINGS);
  await house.temporal.client.workflow.getHandle(`subscription:${one.account}`).terminate();
  await spend(one, '16');
  await whenToppedUp(one, 1);
});

it('stops at the ceiling, and buys again in the next month', async () => {
  const one = await withCard();
  await one.subscription.setAutoTopUp(SETTINGS);
  for (const times of [1, 2]) {
    await spend(one, times === 1 ? '35' : '100');
    await whenToppedUp(one, times);
  }
  await spend(one, '100');
  expect(await one.subscription.refresh()).toMatchObject({ autoTopUp: 'ceiling-reached' });
  await one.advance(16 * DAY);
  expect(await one.subscription.refresh()).toMatchObject({ autoTopUp: 'ceiling-reached' });
  await one.advance(DAY);
  // The free tier has dripped meanwhile.
  expect(await one.subscription.refresh()).toMatchObject({ autoTopUp: 'ready' });
  await spend(one, '15');
  await whenToppedUp(one, 3);
  expect(await intentsOf(one)).toEqual([PAID, PAID, PAID]);
});

it('waits a day after a decline, gives up after three, and goes on with another card', async () => {
  const one = await withCard('pm_card_chargeCustomerFail');
  await one.subscription.setAutoTopUp(SETTINGS);
  await spend(one, '35');
  await eventually(async () => (await intentsOf(one)).length === 1);
  const declined = await one.subscription.refresh();
  expect(declined).toMatchObject({
    autoTopUp: 'declined',
    banner: { kind: 'top-up-failed', reason: 'declined' },
  });
  await one.subscription.refresh();
  expect(await intentsOf(one)).toEqual([FAILED]);
  for (const day of [2, 3]) {
    await one.advance(DAY + 60);
    await one.subscription.refresh();
    expect(await intentsOf(one)).toHaveLength(day);
  }
  await one.advance(2 * DAY);
  const stopped = await one.subscription.refresh();
  expect(stopped).toMatchObject({ autoTopUp: 'stopped', banner: { kind: 'top-up-failed' } });
  expect(await intentsOf(one)).toEqual([FAILED, FAILED, FAILED]);
  expect(await topUpsOf(one)).toBe(0);
  // The free tier has dripped meanwhile.
  await spend(one, '5');
  await useCard(one, 'pm_card_visa');
  await whenToppedUp(one, 1);
  expect((await one.subscription.refresh()).banner).toBeUndefined();
});

it('counts a card that wants its holder as a decline, says so, and tries anew when turned on', async () => {
  const one = await withCard('pm_card_authenticationRequired');
  await spend(one, '35');
  expect(await one.subscription.setAutoTopUp(SETTINGS)).toMatchObject({
    autoTopUp: 'declined',
    banner: { kind: 'top-up-failed', reason: 'authentication-required' },
  });
  expect(await intentsOf(one)).toEqual([FAILED]);
  await one.advance(60);
  await one.subscription.setAutoTopUp(SETTINGS);
  expect(await intentsOf(one)).toEqual([FAILED, FAILED]);
  expect(await topUpsOf(one)).toBe(0);
});

it('has one timer running, however it is watched', async () => {
  const one = await withCard();
  await one.subscription.setAutoTopUp(SETTINGS);
  const { client } = house.temporal;
  const countRunning = async (): Promise<number> => {
    const { events = [] } = await client.workflow
      .getHandle(`subscription:${one.account}`)
      .fetchHistory();
    const count = (field: 'timerStartedEventAttributes' | 'timerCanceledEventAttributes'): number =>
      (events ?? []).filter((event) => event[field]).length;
    return count('timerStartedEventAttributes') - count('timerCanceledEventAttributes');
  };
  // None while it looks.
  expect(await eventually(async () => (await countRunning()) || null)).toBe(1);
});

it.each([
  ['a top-up that is not sold', { topUp: 'top-up-7' }, 'PLAN_UNKNOWN'],
  ['no threshold', { below: '0' }, 'INPUT_INVALID'],
  ['a ceiling below one top-up', { monthlyCeiling: 2_499 }, 'INPUT_INVALID'],
])('refuses %s', async (_name, wrong, code) => {
  const one = await withCard();
  await expect(one.subscription.setAutoTopUp({ ...SETTINGS, ...wrong })).rejects.toMatchObject({
    code,
  });
});
