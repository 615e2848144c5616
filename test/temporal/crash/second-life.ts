/**
 * The life of another account, to which happens what the first one is spared: Pro and an Agent line on one
 * subscription, a second subscription beside it, disputes.
 */
import { DAY, type BillingHouse, type TestAccount } from '../support/billing-house';
import { call, DAY_MS, settleOf } from '../../db/ledger/books';
import { priceOf } from '../support/customer-acts';
import { again, whenSeen, type Flow, type Lived } from './lived';

const DISPUTED_CARD = '4000000000000259';

export const SECOND_LIFE: readonly Flow[] = [
  [
    'a pack beside Pro',
    async (lived) => {
      const { house } = lived;
      const opened = await again(() => house.openAccount());
      lived.account = { ...opened, findCustomer: () => Promise.resolve(opened.customer) };
      await subscribeByHand(lived, 'tollgate_pro');
      const { subscription } = opened;
      await again(() => subscription.subscribe({ pack: 'agent-1000' }, { key: 'beside Pro' }));
      await whenSeen(lived, { plan: 'agent-1000', pro: true });
      await spend(house, opened);
    },
  ],
  [
    'a second subscription',
    async (lived) => {
      await lived.advance(DAY);
      await subscribeByHand(lived, 'tollgate_agent_200');
      await again(() => lived.account.subscription.refresh());
    },
  ],
  [
    'dispute',
    async (lived) => {
      await lived.house.control(`charges/${await findCharge(lived, 220_00)}/dispute`);
      await whenSeen(lived, { banner: 'frozen', unpaid: '20' });
    },
  ],
  [
    'dispute won',
    async (lived) => {
      const evidence = { uncategorized_text: 'winning_evidence' };
      await lived.house.sdk.disputes.update(await findDispute(lived), { evidence, submit: true });
      await whenSeen(lived, { banner: undefined, allowanceLeft: '980' });
    },
  ],
  [
    'dispute of a top-up',
    async (lived) => {
      const { subscription, pay } = lived.account;
      const { url } = await again(() =>
        subscription.topUp({ topUp: 'top-up-100' }, { key: 'disputed' }),
      );
      await pay(url, DISPUTED_CARD);
      await whenSeen(lived, { banner: 'frozen' });
    },
  ],
  [
    'dispute lost',
    async (lived) => {
      await lived.house.sdk.disputes.close(await findDispute(lived));
      await whenSeen(lived, { banner: undefined });
    },
  ],
  [
    'cancel the Agent line',
    async (lived) => {
      await lived.advance(9 * DAY);
      const { subscription } = lived.account;
      await again(() => subscription.cancelAgentLine({}, { key: 'Pro alone' }));
      await whenSeen(lived, { plan: 'free', pro: true, balance: '5' });
    },
  ],
];

/** As the operator does in Stripe's Dashboard, or another of his shops. */
async function subscribeByHand({ house: { sdk }, account }: Lived, lookupKey: string) {
  const customer = await account.findCustomer();
  const { id } = await sdk.paymentMethods.attach('pm_card_visa', { customer });
  const items = [{ price: await priceOf(sdk, lookupKey) }];
  await sdk.subscriptions.create({ customer, items, default_payment_method: id });
}

async function spend({ ledger }: BillingHouse, { account }: TestAccount): Promise<void> {
  const request = call(account, '20', { deadlineMs: DAY_MS });
  await again(() => ledger.reserve(request));
  await again(() => ledger.settle(settleOf(request, '20')));
}

async function findCharge({ house, account }: Lived, wanted: number): Promise<string> {
  const customer = await account.findCustomer();
  const { data } = await house.sdk.charges.list({ customer, limit: 100 });
  return data.find(({ amount }) => amount === wanted)?.id ?? '';
}

/** The one that waits for an answer. */
async function findDispute({ house }: Lived): Promise<string> {
  const { data } = await house.sdk.disputes.list({ limit: 100 });
  return data.find(({ status }) => status === 'needs_response')?.id ?? '';
}
