/**
 * What has to be the same after each flow however often something was killed meanwhile: what the books and
 * Stripe hold, and every charge.
 */
import type Stripe from 'stripe';
import { openBillingHouse, type BillingHouse } from '../support/billing-house';
import { FLOWS } from './billing-flows';
import { again, type Lived } from './lived';
import { SECOND_LIFE } from './second-life';

/** Without ids, which are others in each house. */
export async function stateOf({ house, account }: Lived): Promise<object> {
  const { subscription, credits, banner } = await again(() => account.subscription.refresh());
  const customer = await account.findCustomer();
  const { test_clock } = await readCustomer(house, customer);
  const [customers, subscriptions, charges, intents, invoices, items, grants] = await Promise.all([
    // Lists leave out who is on a clock, unless they are asked for it; a place at Stripe has one clock.
    house.sdk.customers.list({ test_clock: String(test_clock), limit: 100 }),
    house.sdk.subscriptions.list({ customer, status: 'all', limit: 100 }),
    house.sdk.charges.list({ customer, limit: 100 }),
    house.sdk.paymentIntents.list({ customer, limit: 100 }),
    house.sdk.invoices.list({ customer, limit: 100 }),
    house.sdk.invoiceItems.list({ customer, limit: 100 }),
    again(() => house.ledger.listGrants(account.account)),
  ]);
  return {
    subscription,
    credits,
    banner: banner?.kind,
    customers: customers.data.length,
    subscriptions: subscriptions.data
      .map(({ status, items }) =>
        [status, ...items.data.map(({ price }) => price.lookup_key).sort()].join(' '),
      )
      .sort(),
    charges: charges.data
      .map(({ amount, amount_refunded, disputed, status }) =>
        [status, amount, amount_refunded, disputed].join(' '),
      )
      .sort(),
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
  const lived = await beginLife(house);
  const states: Record<string, object> = {};
  for (const [name, live] of [...FLOWS, ...SECOND_LIFE]) {
    await live(lived);
    states[name] = await stateOf(lived);
  }
  await house.close();
  return states;
}

/** `onAdvance` hears of the new time, in seconds since 1970, before anything happens in it. */
export async function beginLife(
  house: BillingHouse,
  onAdvance: (seconds: number) => void = () => undefined,
): Promise<Lived> {
  // Stripe bills a renewal up to three days later if our server was away when it was announced, and then tries it less often.
  await house.control('settings', { holdDrafts: false });
  const lived: Lived = {
    house,
    account: await house.openNewcomer(),
    url: '',
    async advance(seconds) {
      onAdvance(house.now() + seconds);
      await lived.account.advance(seconds);
    },
  };
  return lived;
}
