/**
 * The promise: it does not matter what becomes of events. Lost, doubled, shuffled or late: after one look
 * the books are as if all had come in order, and no invoice line has brought credits twice.
 */
import { eventually } from '../../support/eventually';
import {
  DAY,
  openBillingHouse,
  type BillingHouse,
  type TestAccount,
} from '../support/billing-house';
import { priceOf } from '../support/customer-acts';

let house: BillingHouse;
beforeAll(async () => {
  house = await openBillingHouse();
});
afterEach(() => house.control('faults/clear'));
afterAll(() => house.close());

/** Two months with an upgrade, a refused card, and the new card that pays. */
async function live(account: TestAccount): Promise<void> {
  const answer = await account.subscription.subscribe({ pack: 'agent-200' });
  if (!('url' in answer)) throw new Error('no Checkout page');
  await account.pay(answer.url);
  await account.subscription.refresh();
  await account.advance(10 * DAY);
  await account.subscription.changePack({ pack: 'agent-1000' });
  await account.advance(22 * DAY);
}

async function outcome(account: TestAccount) {
  const view = await account.subscription.refresh();
  const grants = await house.ledger.listGrants(account.account, { limit: 100 });
  return {
    plan: view.subscription.plan,
    state: view.subscription.state,
    left: view.credits.allowanceLeft,
    actions: view.actions,
    grants: grants
      .filter(({ source }) => source === 'pack')
      .map(({ amount, remaining }) => [amount, remaining])
      .sort(),
  };
}

let expected: Awaited<ReturnType<typeof outcome>>;
beforeAll(async () => {
  const account = await house.openAccount();
  await live(account);
  expected = await outcome(account);
});

it('ends as expected when every event comes once and in order', () => {
  expect(expected).toMatchObject({ plan: 'agent-1000', state: 'active', left: '1000' });
  expect(expected.grants).toHaveLength(3);
});

it.each<[string, object]>([
  ['are all lost', { drop: 1 }],
  ['come twice, as two events, and shuffled', { duplicates: 2, twins: true, shuffle: true }],
])('ends the same when events %s', async (_name, faults) => {
  await house.control('faults/webhooks', faults);
  const account = await house.openAccount();
  await live(account);
  expect(await outcome(account)).toEqual(expected);
});

it('makes good by its own timer what no event told', async () => {
  const account = await house.openAccount();
  await account.subscription.refresh();
  const answer = await account.subscription.subscribe({ pack: 'agent-200' });
  if (!('url' in answer)) throw new Error('no Checkout page');
  await house.control('faults/webhooks', { drop: 1 });
  await account.pay(answer.url);
  // The webhook that tells of nothing but that something happened.
  await account.subscription.hint();
  await eventually(async () => {
    const grants = await house.ledger.listGrants(account.account);
    return grants.some(({ source }) => source === 'pack');
  });
});

it.each(['create_prorations', 'always_invoice'] as const)(
  'counts a way down that nobody heard of, before a way up that nobody has paid: %s',
  async (proration_behavior) => {
    const { sdk } = house;
    const account = await house.openAccount();
    const answer = await account.subscription.subscribe({ pack: 'agent-1000' });
    if (!('url' in answer)) throw new Error('no Checkout page');
    await account.pay(answer.url);
    await account.subscription.refresh();
    await house.control('faults/webhooks', { drop: 1 });
    const { id: card } = await sdk.paymentMethods.attach('pm_card_chargeCustomerFail', {
      customer: account.customer,
    });
    const [subscription] = (await sdk.subscriptions.list({ customer: account.customer })).data;
    const { id = '', items } = subscription ?? {};
    for (const pack of ['agent_200', 'agent_2500']) {
      await sdk.subscriptions.update(id, {
        items: [{ id: items?.data[0]?.id ?? '', price: await priceOf(sdk, `tollgate_${pack}`) }],
        default_payment_method: card,
        proration_behavior,
      });
      await account.advance(DAY);
    }
    expect(await account.subscription.refresh()).toMatchObject({
      credits: { allowanceLeft: '200' },
      subscription: { plan: 'agent-2500' },
    });
  },
);
