/**
 * The promise, where an upgrade begins a new period: what is unused is credited once for an upgrade that is
 * made, also when nobody had heard of the period that it is of, and not at all for one that is refused.
 */
import {
  DAY,
  openBillingHouse,
  type BillingHouse,
  type TestAccount,
} from '../support/billing-house';
import { take } from '../support/customer-acts';

let house: BillingHouse;
beforeAll(async () => {
  house = await openBillingHouse({
    policies: { upgradeBilling: 'restart-period', unused: 'time-and-credits' },
  });
});
afterEach(() => house.control('faults/clear'));
afterAll(() => house.close());

async function subscribed(): Promise<TestAccount> {
  const account = await house.openAccount();
  await account.buy('agent-200');
  await account.subscription.refresh();
  return account;
}

async function waitingFor({ customer }: TestAccount): Promise<number[]> {
  const { data } = await house.sdk.invoiceItems.list({ customer, pending: true });
  return data.map(({ amount }) => amount);
}

it('credits the unused part of a renewal that nobody has heard of', async () => {
  const account = await subscribed();
  await house.control('faults/webhooks', { drop: 1 });
  await account.advance(31 * DAY + 7_200);
  const preview = await account.subscription.previewPack({ pack: 'agent-1000' });
  // Two hours of the month are used up, and no credits.
  expect(preview.chargedNow).toBeGreaterThan(170_00);
  expect(preview.chargedNow).toBeLessThan(171_00);
  const view = await account.subscription.changePack({ pack: 'agent-1000', preview });
  expect(view.credits.allowanceLeft).toBe('1000');
  const { data } = await house.sdk.charges.list({ customer: account.customer });
  expect(data.map(({ amount }) => amount)).toEqual([preview.chargedNow, 50_00, 50_00]);
  expect(await waitingFor(account)).toEqual([]);
});

it('leaves no credit behind for an upgrade whose card is declined', async () => {
  const account = await subscribed();
  await take({ house, account }, { do: 'bank', declines: true });
  const refusal = await take({ house, account }, { do: 'change', pack: 'agent-1000' });
  expect(refusal).toBe('CARD_DECLINED');
  expect(await waitingFor(account)).toEqual([]);
  const view = await account.subscription.refresh();
  expect(view).toMatchObject({
    subscription: { plan: 'agent-200', nextInvoice: { amount: 50_00 } },
    credits: { allowanceLeft: '200' },
  });
});
