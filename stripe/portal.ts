/**
 * Stripe's hosted page for cards, invoices and receipts. Packs are changed and cancelled by Tollgate, so
 * the configuration that `tollgate stripe sync` makes offers neither there.
 */
import type Stripe from 'stripe';
import { TollgateError } from '../core/contract/errors';
import { ask, askAll, PAGE } from './ask';
import type { Buyer } from './buyer';
import { MADE_BY } from './metadata';

export async function openPortal(sdk: Stripe, { customer, returnUrl }: Buyer): Promise<string> {
  const configuration = await findPortal(sdk);
  if (!configuration) throw new TollgateError('STRIPE_NOT_SET_UP', { missing: 'the portal' });
  const { url } = await ask(() =>
    // A link of a few minutes: the same one twice would be of no use, so it has no key of ours.
    sdk.billingPortal.sessions.create({
      customer,
      return_url: returnUrl,
      configuration: configuration.id,
    }),
  );
  return url;
}

export async function findPortal(
  sdk: Stripe,
): Promise<Stripe.BillingPortal.Configuration | undefined> {
  const found = await askAll(() =>
    sdk.billingPortal.configurations.list({ active: true, limit: PAGE }),
  );
  return found.find(({ metadata }) => metadata?.[MADE_BY] === 'tollgate');
}
