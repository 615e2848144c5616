/**
 * Stripe's hosted page for cards, invoices and receipts. Packs are changed and cancelled by Tollgate, so
 * the configuration that `tollgate stripe sync` makes offers neither there.
 */
import type Stripe from 'stripe';
import { TollgateError } from '../core/contract/errors';
import { ask, askAll, PAGE, writeKey } from './ask';
import type { Buyer } from './buyer';
import { MADE_BY } from './metadata';

/** A link of a few minutes: `request` names the wish for it, so that another wish gets another link. */
export async function openPortal(
  sdk: Stripe,
  { customer, returnUrl }: Buyer,
  request: string,
): Promise<string> {
  const configuration = await findPortal(sdk);
  if (!configuration) throw new TollgateError('STRIPE_NOT_SET_UP', { missing: 'the portal' });
  const { url } = await ask(() =>
    sdk.billingPortal.sessions.create(
      { customer, return_url: returnUrl, configuration: configuration.id },
      writeKey('portal-link', customer, request),
    ),
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
