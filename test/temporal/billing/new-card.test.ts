/**
 * The promise: a card that the customer enters in the portal is the one that is charged from then on, also
 * where the subscription has a card of its own from Checkout. In grace it pays what is overdue at once; what
 * was given up stays his to pay.
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

async function enterCard({ subscription }: TestAccount, card: string): Promise<void> {
  const { url } = await subscription.portal();
  const body = new URLSearchParams({ outcome: 'card', card });
  const { status } = await fetch(url, { method: 'POST', body, redirect: 'manual' });
  expect(status).toBe(303);
  await house.simulator.settled();
}

/** A month on, with a renewal that the card has declined. */
async function inGrace(): Promise<TestAccount> {
  const account = await house.openAccount();
  await account.buy('agent-200');
  await enterCard(account, '4000000000000341');
  await account.subscription.refresh();
  await account.advance(31 * DAY + 7_200);
  expect((await account.subscription.refresh()).subscription.state).toBe('grace');
  return account;
}

it('a card entered in the portal pays what is overdue, by the webhook alone, and what comes next', async () => {
  const account = await inGrace();
  await enterCard(account, '5555555555554444');
  await eventually(async () => {
    const grants = await house.ledger.listGrants(account.account);
    return grants.filter(({ source }) => source === 'pack').length === 2;
  });
  await account.advance(28 * DAY);
  await account.advance(DAY);
  const view = await account.subscription.refresh();
  expect(view).toMatchObject({
    subscription: { state: 'active' },
    credits: { allowanceLeft: '200', resetsAt: '2026-04-15T12:00:00.000Z' },
  });
});

it('is charged for an upgrade, too', async () => {
  const account = await house.openAccount();
  await account.buy('agent-200');
  await enterCard(account, '4000000000000341');
  await account.subscription.refresh();
  await expect(account.subscription.changePack({ pack: 'agent-1000' })).rejects.toMatchObject({
    code: 'CARD_DECLINED',
  });
});

it('a card from before the subscription is not preferred to the one of its Checkout', async () => {
  const account = await house.openAccount();
  const old = await house.sdk.paymentMethods.attach('pm_card_chargeCustomerFail', {
    customer: account.customer,
  });
  await house.sdk.customers.update(account.customer, {
    invoice_settings: { default_payment_method: old.id },
  });
  await house.control('clock/shift', { seconds: 60 });
  await account.buy('agent-200');
  await account.subscription.refresh();
  const view = await account.subscription.changePack({ pack: 'agent-1000' });
  expect(view.subscription.plan).toBe('agent-1000');
});

it('what was given up is not charged to the card of a later subscription', async () => {
  const account = await inGrace();
  await account.advance(8 * DAY);
  expect((await account.subscription.refresh()).subscription.state).toBe('exhausted');
  await account.buy('agent-1000');
  const view = await account.subscription.refresh();
  expect(view.subscription).toMatchObject({ plan: 'agent-1000', state: 'active' });
  const { data } = await house.sdk.invoices.list({ customer: account.customer });
  expect(data.map(({ amount_paid }) => amount_paid)).toEqual([220_00, 0, 50_00]);
});
