/**
 * One account's life from before it has a customer at Stripe, flow by flow, and what has to be the same after
 * each however often something was killed meanwhile: what the books and Stripe hold, and every charge.
 */
import type Stripe from 'stripe';
import { eventually } from '../../support/eventually';
import { DAY, openBillingHouse, type BillingHouse, type Newcomer } from '../support/billing-house';

export interface Lived {
  readonly house: BillingHouse;
  readonly account: Newcomer;
  /** The Checkout page that was opened last. */
  url: string;
  /** Moves the clocks of Stripe and of the ledger. */
  advance(seconds: number): Promise<void>;
}

const DEADLINE_MS = 120_000;

export const FLOWS: readonly (readonly [string, (lived: Lived) => Promise<void>])[] = [
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

/** Asked again under its key after an answer was lost, as any caller would. */
function again<Answer extends object>(ask: () => Promise<Answer>) {
  return eventually(ask, { deadlineMs: DEADLINE_MS });
}

async function whenSeen({ account }: Lived, wanted: object): Promise<void> {
  let seen: object = {};
  await eventually(
    async () => {
      const { subscription, credits } = await again(() => account.subscription.refresh());
      seen = { ...credits, ...subscription };
      return Object.entries(wanted).every(([field, value]) => Reflect.get(seen, field) === value);
    },
    { deadlineMs: DEADLINE_MS, what: JSON.stringify(wanted) },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; seen: ${JSON.stringify(seen)}`);
  });
}

/** Without ids, which are others in each house. */
export async function stateOf({ house, account }: Lived): Promise<object> {
  const { subscription, credits } = await again(() => account.subscription.refresh());
  const customer = await account.findCustomer();
  const { test_clock } = await readCustomer(house, customer);
  const [customers, subscriptions, charges, intents, invoices, items, grants] = await Promise.all([
    // Lists leave out who is on a clock, unless they are asked for it; a place at Stripe has one clock.
    house.sdk.customers.list({ test_clock: String(test_clock), limit: 100 }),
    house.sdk.subscriptions.list({ customer, status: 'all' }),
    house.sdk.charges.list({ customer, limit: 100 }),
    house.sdk.paymentIntents.list({ customer, limit: 100 }),
    house.sdk.invoices.list({ customer, limit: 100 }),
    house.sdk.invoiceItems.list({ customer, limit: 100 }),
    house.ledger.listGrants(account.account),
  ]);
  return {
    subscription,
    credits,
    customers: customers.data.length,
    subscriptions: subscriptions.data.map(({ status }) => status).sort(),
    charges: charges.data.map(({ amount, status }) => `${status} ${amount}`).sort(),
    intents: intents.data.map(({ amount, status }) => `${status} ${amount}`).sort(),
    invoices: invoices.data.map(({ amount_due, status }) => `${status} ${amount_due}`).sort(),
    items: items.data.map(({ amount }) => amount).sort(),
    grants: grants
      .map(({ source, amount, remaining, expiresAt }) =>
        [source, amount, remaining, expiresAt?.toISOString()].join(' '),
      )
      .sort(),
  };
}

async function readCustomer({ sdk }: BillingHouse, id: string): Promise<Stripe.Customer> {
  const found = await sdk.customers.retrieve(id);
  if (found.deleted === true) throw new Error(`${id} is gone`);
  return found;
}

/** The states after each flow where nothing is killed. */
export async function liveUndisturbed(): Promise<Record<string, object>> {
  const house = await openBillingHouse();
  const account = await house.openNewcomer();
  const lived: Lived = { house, account, url: '', advance: account.advance };
  const states: Record<string, object> = {};
  for (const [name, live] of FLOWS) {
    await live(lived);
    states[name] = await stateOf(lived);
  }
  await house.close();
  return states;
}
