/**
 * The promise: whatever dies or fails between two steps, money moves once and the books end the same:
 * Stripe failing before or after it took effect, its own failures kept under a key, and workers that stop.
 */
import {
  DAY,
  openBillingHouse,
  type BillingHouse,
  type TestAccount,
} from '../support/billing-house';

let house: BillingHouse;
beforeAll(async () => {
  house = await openBillingHouse();
});
afterEach(() => house.control('faults/clear'));
afterAll(() => house.close());

async function subscribed(): Promise<TestAccount> {
  const account = await house.openAccount();
  const answer = await account.subscription.subscribe({ pack: 'agent-200' });
  if (!('url' in answer)) throw new Error('no Checkout page');
  await account.pay(answer.url);
  await account.subscription.refresh();
  await account.advance(5 * DAY);
  return account;
}

async function chargesOf({ customer }: TestAccount): Promise<number[]> {
  const { data } = await house.sdk.charges.list({ customer, limit: 100 });
  return data.filter(({ status }) => status === 'succeeded').map(({ amount }) => amount);
}

const UPDATE = { method: 'POST', path: '/v1/subscriptions' };

it.each<[string, object]>([
  ['fails before it does anything', { status: 500, times: 1, ...UPDATE }],
  ['does it, and its answer is lost', { status: 500, times: 1, afterCommit: true, ...UPDATE }],
  ['asks to come again later', { status: 429, times: 2, ...UPDATE }],
])('charges an upgrade once when Stripe %s', async (_name, fault) => {
  const account = await subscribed();
  await house.control('faults/api', fault);
  const view = await account.subscription.changePack({ pack: 'agent-1000' });
  expect(view.credits.allowanceLeft).toBe('1000');
  expect(await chargesOf(account)).toHaveLength(2);
});

it('leaves everything as it was when the card is declined', async () => {
  const account = await subscribed();
  const { data } = await house.sdk.paymentMethods.list({ customer: account.customer });
  for (const { id } of data) {
    await house.control(`payment_methods/${id}`, { decline: 'insufficient_funds' });
  }
  await expect(account.subscription.changePack({ pack: 'agent-1000' })).rejects.toMatchObject({
    code: 'CARD_DECLINED',
  });
  const view = await account.subscription.refresh();
  expect(view).toMatchObject({
    subscription: { plan: 'agent-200', state: 'active' },
    credits: { allowanceLeft: '200' },
  });
});

it('goes on where it was when the worker stops in the middle', async () => {
  const account = await subscribed();
  // Long enough for the worker to be told to stop while the request is on its way.
  await house.control('faults/api', { status: 200, delayMs: 3_000, times: 1, ...UPDATE });
  const changing = account.subscription.changePack({ pack: 'agent-1000' });
  const stopping = house.stopWorkers();
  await stopping;
  await house.startWorker();
  expect((await changing).credits.allowanceLeft).toBe('1000');
  expect(await chargesOf(account)).toHaveLength(2);
});

it('makes one customer for an account, however often its making is cut short', async () => {
  const account = `acct-${Date.now()}`;
  await house.ledger.openAccount(account);
  const { place } = await house.ledger.readStripePlace(account);
  const first = await house.gateway.createCustomer(account, place);
  expect(await house.gateway.createCustomer(account, place)).toBe(first);
  await house.ledger.setStripeCustomer(account, first);
  await expect(house.ledger.setStripeCustomer(account, 'cus_other')).rejects.toMatchObject({
    code: 'IDEMPOTENCY_MISMATCH',
  });
});
