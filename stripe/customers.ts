/** Accounts and customers: each carries the other's name. */
import type Stripe from 'stripe';
import { TollgateError } from '../core/contract/errors';
import { ask, writeKey } from './ask';
import { isMissing } from './failures';
import { ACCOUNT } from './metadata';

/** @param clock of the simulator, that the customer lives by */
export async function createCustomer(
  sdk: Stripe,
  account: string,
  place: string,
  clock?: string,
): Promise<string> {
  const { id } = await ask(() =>
    sdk.customers.create(
      {
        description: account.slice(0, 350),
        metadata: { [ACCOUNT]: account },
        ...(clock === undefined ? {} : { test_clock: clock }),
      },
      writeKey('customer', place),
    ),
  );
  return id;
}

/** @throws STRIPE_REFUSED when it is not there, or another account's */
export async function linkCustomer(sdk: Stripe, account: string, customer: string): Promise<void> {
  const owner = await readOwner(sdk, customer);
  if (owner === account) return;
  if (owner !== undefined) {
    throw new TollgateError('STRIPE_REFUSED', { customer, reason: 'it is another account’s' });
  }
  await ask(() =>
    sdk.customers.update(
      customer,
      { metadata: { [ACCOUNT]: account } },
      writeKey('link', customer, account),
    ),
  );
}

export async function readOwner(sdk: Stripe, customer: string): Promise<string | undefined> {
  try {
    const found = await ask(() => sdk.customers.retrieve(customer));
    return found.deleted === true ? undefined : found.metadata[ACCOUNT];
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
