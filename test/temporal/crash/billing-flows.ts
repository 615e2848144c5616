/**
 * One account's life, flow by flow, and what has to be the same after each however often something was
 * killed meanwhile: what the books and Stripe hold, and every charge.
 */
import { eventually } from '../../support/eventually';
import {
  DAY,
  openBillingHouse,
  type BillingHouse,
  type TestAccount,
} from '../support/billing-house';

export interface Lived {
  readonly house: BillingHouse;
  readonly account: TestAccount;
  /** The Checkout page that was opened last. */
  url: string;
  /** Moves the clocks of Stripe and of the ledger. */
  advance(seconds: number): Promise<void>;
}

const DEADLINE_MS = 300_000;

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
    'end',
    async (lived) => {
      await lived.advance(31 * DAY);
      await whenSeen(lived, { plan: 'free' });
    },
  ],
];

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
  const { customer } = account;
  const [charges, intents, invoices, items, grants] = await Promise.all([
    house.sdk.charges.list({ customer, limit: 100 }),
    house.sdk.paymentIntents.list({ customer, limit: 100 }),
    house.sdk.invoices.list({ customer, limit: 100 }),
    house.sdk.invoiceItems.list({ customer, limit: 100 }),
    house.ledger.listGrants(account.account),
  ]);
  return {
    subscription,
    credits,
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

/** The states after each flow where nothing is killed. */
export async function liveUndisturbed(): Promise<Record<string, object>> {
  const house = await openBillingHouse();
  const account = await house.openAccount();
  const lived: Lived = { house, account, url: '', advance: account.advance };
  const states: Record<string, object> = {};
  for (const [name, live] of FLOWS) {
    await live(lived);
    states[name] = await stateOf(lived);
  }
  await house.close();
  return states;
}
