/**
 * The promise: the workflow of an account goes on for its whole life: a new run loses no hint, no request
 * and no setting. And what else its owner can ask of it: to leave Pro alone, the portal.
 */
import { subscriptionOf } from '../../../client/subscription';
import { subscriptionWorkflowId } from '../../../core/contract/subscription';
import { eventually } from '../../support/eventually';
import { openBillingHouse, type BillingHouse, type TestAccount } from '../support/billing-house';

const HINTS = 2_000;

let house: BillingHouse;
beforeAll(async () => {
  house = await openBillingHouse();
});
afterAll(() => house.close());

async function subscribed(): Promise<TestAccount> {
  const account = await house.openAccount();
  const answer = await account.subscription.subscribe({ pack: 'agent-200' });
  if (!('url' in answer)) throw new Error('no Checkout page');
  await account.pay(answer.url);
  await account.subscription.refresh();
  const { data } = await house.sdk.paymentMethods.list({ customer: account.customer });
  await house.sdk.customers.update(account.customer, {
    invoice_settings: { default_payment_method: data[0]?.id ?? '' },
  });
  return account;
}

async function runIdOf({ account }: TestAccount): Promise<string> {
  const handle = house.temporal.client.workflow.getHandle(subscriptionWorkflowId(account));
  return (await handle.describe()).runId;
}

it('takes the Agent line off at once, with a credit, and leaves Pro alone', async () => {
  const account = await subscribed();
  const [subscription] = (await house.sdk.subscriptions.list({ customer: account.customer })).data;
  const [pro] = (await house.sdk.prices.list({ lookup_keys: ['tollgate_pro'] })).data;
  await house.sdk.subscriptions.update(subscription?.id ?? '', {
    items: [{ price: pro?.id ?? '' }],
  });
  const before = await account.subscription.refresh();
  expect(before.actions).toContain('cancel-agent-line');
  const view = await account.subscription.cancelAgentLine();
  expect(view.subscription).toMatchObject({ state: 'free', plan: 'free', pro: true });
  const { data } = await house.sdk.invoiceItems.list({ customer: account.customer, pending: true });
  expect(data.some(({ amount }) => amount < 0)).toBe(true);
});

it('leads to the portal', async () => {
  const account = await subscribed();
  const { url } = await account.subscription.portal();
  expect((await fetch(url)).status).toBe(200);
});

it('goes on in a new run with its settings, and answers what is asked meanwhile', async () => {
  const account = await subscribed();
  await account.subscription.setAutoTopUp({
    topUp: 'top-up-100',
    below: '1',
    monthlyCeiling: 25_00,
  });
  const first = await runIdOf(account);
  const handle = house.temporal.client.workflow.getHandle(subscriptionWorkflowId(account.account));
  for (let round = 0; round < 30; round += 1)
    await Promise.all(Array.from({ length: 50 }, () => handle.signal('hint')));
  const view = await account.subscription.cancel();
  expect(view).toMatchObject({ subscription: { state: 'canceling' }, autoTopUp: 'ready' });
  await eventually(async () => (await runIdOf(account)) !== first, { what: 'a new run' });
  const kept = await account.subscription.resubscribe();
  expect(kept).toMatchObject({ subscription: { state: 'active' }, autoTopUp: 'ready' });
});

it('takes thousands of hints that came while no worker was there for one', async () => {
  const account = await house.openAccount();
  await account.subscription.refresh();
  await house.stopWorkers();
  const handle = house.temporal.client.workflow.getHandle(subscriptionWorkflowId(account.account));
  for (let sent = 0; sent < HINTS; sent += 100)
    await Promise.all(Array.from({ length: 100 }, () => handle.signal('hint')));
  const first = await runIdOf(account);
  await house.startWorker();
  await account.subscription.refresh();
  await eventually(async () => (await runIdOf(account)) !== first, { what: 'a new run' });
  const { events } = await handle.fetchHistory();
  const looks = events?.filter(
    (event) =>
      event.activityTaskScheduledEventAttributes?.activityType?.name === 'reconcileAccount',
  );
  expect(looks?.length).toBeLessThanOrEqual(2);
});

it('refuses an account that nobody has opened, and ends', async () => {
  const account = `nobody-${Date.now()}`;
  const { taskQueue } = house;
  const asked = subscriptionOf(house.temporal.client, account, { taskQueue }).refresh();
  await expect(asked).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
  const handle = house.temporal.client.workflow.getHandle(subscriptionWorkflowId(account));
  await eventually(async () => (await handle.describe()).status.name === 'COMPLETED');
});
