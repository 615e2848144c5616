/** One account's life from before it has a customer at Stripe, flow by flow. */
import { DAY } from '../support/billing-house';
import { again, whenSeen, type Flow } from './lived';

export const FLOWS: readonly Flow[] = [
  [
    'subscribe',
    async (lived) => {
      const { subscription } = lived.account;
      const answer = await again(() =>
        subscription.subscribe({ pack: 'agent-200' }, { key: 'subscribe' }),
      );
      if (!('url' in answer)) throw new Error('no Checkout page');
      lived.url = answer.url;
    },
  ],
  [
    'pay',
    async (lived) => {
      await lived.account.pay(lived.url);
      await whenSeen(lived, { plan: 'agent-200', allowanceLeft: '200' });
    },
  ],
  [
    'upgrade',
    async (lived) => {
      await lived.advance(5 * DAY);
      const { subscription } = lived.account;
      await again(() => subscription.changePack({ pack: 'agent-1000' }, { key: 'upgrade' }));
    },
  ],
  [
    'top up',
    async (lived) => {
      const { subscription } = lived.account;
      const { url } = await again(() =>
        subscription.topUp({ topUp: 'top-up-100' }, { key: 'top up' }),
      );
      await lived.account.pay(url);
      await whenSeen(lived, { available: '1105' });
    },
  ],
  [
    'automatic top-up',
    async (lived) => {
      const { subscription } = lived.account;
      const settings = { topUp: 'top-up-100', below: '2000', monthlyCeiling: 2_500 };
      await again(() => subscription.setAutoTopUp(settings, { key: 'automatic' }));
      await whenSeen(lived, { available: '1205' });
      await again(() => subscription.setAutoTopUp(null, { key: 'by hand' }));
    },
  ],
  [
    'downgrade',
    async ({ account }) => {
      const { subscription } = account;
      await again(() => subscription.changePack({ pack: 'agent-200' }, { key: 'downgrade' }));
    },
  ],
  [
    'renewal',
    async (lived) => {
      await lived.advance(31 * DAY);
      await whenSeen(lived, { plan: 'agent-200' });
    },
  ],
  [
    'cancel',
    async ({ account }) => {
      await again(() => account.subscription.cancel({ key: 'cancel' }));
    },
  ],
  [
    'resubscribe',
    async ({ account }) => {
      await again(() => account.subscription.resubscribe({ key: 'resubscribe' }));
    },
  ],
  [
    'decline',
    async (lived) => {
      const { house, account } = lived;
      const customer = await account.findCustomer();
      const { data } = await house.sdk.paymentMethods.list({ customer });
      for (const { id } of data) await house.control(`payment_methods/${id}`, DECLINES);
      // The step down has left a credit, which pays for the first of two months.
      for (let month = 1; month <= 2; month += 1) await lived.advance(29 * DAY);
      await whenSeen(lived, { state: 'grace' });
    },
  ],
  [
    'new card',
    async (lived) => {
      const { house, account } = lived;
      const customer = await account.findCustomer();
      const { id } = await house.sdk.paymentMethods.attach('pm_card_mastercard', { customer });
      const settings = { default_payment_method: id };
      await house.sdk.customers.update(customer, { invoice_settings: settings });
      await whenSeen(lived, { state: 'active' });
    },
  ],
  [
    'refund',
    async (lived) => {
      const { house, account } = lived;
      const customer = await account.findCustomer();
      const { data } = await house.sdk.charges.list({ customer, limit: 100 });
      const charge = data.find(({ amount, status }) => amount === 2_500 && status === 'succeeded');
      await house.sdk.refunds.create({ charge: charge?.id ?? '' });
      await again(() => account.subscription.refresh());
    },
  ],
  [
    'end',
    async (lived) => {
      const { subscription } = lived.account;
      await again(() => subscription.cancel({ key: 'cancel for good' }));
      await lived.advance(31 * DAY);
      await whenSeen(lived, { plan: 'free' });
    },
  ],
];

const DECLINES = { decline: 'insufficient_funds' };
