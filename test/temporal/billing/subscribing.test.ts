/**
 * The promise: whoever pays at Checkout has the pack's allowance, once, and sees it; a pack is changed,
 * cancelled and kept again through the account's own workflow.
 */
import { eventually } from '../../support/eventually';
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
afterAll(() => house.close());

async function subscribed(pack: string): Promise<TestAccount> {
  const account = await house.openAccount();
  const answer = await account.subscription.subscribe({ pack });
  if (!('url' in answer)) throw new Error('no Checkout page');
  await account.pay(answer.url);
  return account;
}

/** What the workflow has seen, once its plan is this. */
async function whenPlan(account: TestAccount, plan: string) {
  return eventually(async () => {
    const view = await account.subscription.refresh();
    return view.subscription.plan === plan && view;
  });
}

it('grants the allowance once when the invoice is paid', async () => {
  const { account, subscription, ...rest } = await subscribed('agent-200');
  await whenPlan({ account, subscription, ...rest }, 'agent-200');
  const grants = await house.ledger.listGrants(account);
  expect(grants.filter(({ source }) => source === 'pack')).toHaveLength(1);
  const view = await subscription.refresh();
  expect(view).toMatchObject({
    credits: { allowance: '200', allowanceLeft: '200' },
    subscription: { state: 'active', plan: 'agent-200', price: 5_000 },
  });
});

it('shows what an upgrade charges, and charges that', async () => {
  const account = await subscribed('agent-200');
  await account.advance(10 * DAY);
  const preview = await account.subscription.previewPack({ pack: 'agent-1000' });
  expect(preview).toMatchObject({ direction: 'upgrade', creditsAfter: '1000' });
  const view = await account.subscription.changePack({ pack: 'agent-1000', preview });
  expect(view.credits.allowanceLeft).toBe('1000');
  const [invoice] = (await house.sdk.invoices.list({ customer: account.customer, limit: 1 })).data;
  expect(invoice?.amount_paid).toBe(preview.chargedNow);
});

it('refuses an upgrade whose preview is of another amount', async () => {
  const account = await subscribed('agent-200');
  const { at, chargedNow } = await account.subscription.previewPack({ pack: 'agent-1000' });
  await expect(
    account.subscription.changePack({
      pack: 'agent-1000',
      preview: { at, chargedNow: chargedNow - 1 },
    }),
  ).rejects.toMatchObject({ code: 'PREVIEW_STALE' });
});

it('cancels at the end of the period, and keeps it again in one call', async () => {
  const { subscription } = await subscribed('agent-200');
  const canceled = await subscription.cancel();
  expect(canceled.subscription).toMatchObject({ state: 'canceling' });
  expect(canceled.subscription.cancelsAt).toBeDefined();
  const kept = await subscription.resubscribe();
  expect(kept.subscription).toMatchObject({ state: 'active' });
  expect(kept.subscription.cancelsAt).toBeUndefined();
});

it('begins a new allowance with each period', async () => {
  const account = await subscribed('agent-200');
  await account.advance(31 * DAY);
  await account.advance(DAY);
  await eventually(async () => {
    const grants = await house.ledger.listGrants(account.account);
    return grants.filter(({ source }) => source === 'pack').length === 2;
  });
  expect((await account.subscription.refresh()).credits.allowanceLeft).toBe('200');
});

it('grants a top-up that was paid at Checkout', async () => {
  const account = await house.openAccount();
  const { url } = await account.subscription.topUp({ topUp: 'top-up-100' });
  await account.pay(url);
  await eventually(async () => {
    const grants = await house.ledger.listGrants(account.account);
    return grants.some(({ source }) => source === 'top-up');
  });
});

it('refuses what is not possible, with the code of the error table', async () => {
  const { subscription } = await house.openAccount();
  await expect(subscription.cancel()).rejects.toMatchObject({ code: 'BILLING_ACTION_UNAVAILABLE' });
  await expect(subscription.subscribe({ pack: 'no-such-pack' })).rejects.toMatchObject({
    code: 'PLAN_UNKNOWN',
  });
  await expect(subscription.subscribe({ pack: '' })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
});
