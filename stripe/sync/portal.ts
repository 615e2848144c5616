/** The portal: cards, invoices and addresses; no changes of the plan, which would pass our rules by. */
import type Stripe from 'stripe';
import { ask, freshKey, writeKey } from '../ask';
import { MADE_BY } from '../metadata';
import { findPortal } from '../portal';
import type { Difference } from './difference';

/** With `subscription_cancel` it could only end the whole subscription, Pro with it. */
const FEATURES = {
  payment_method_update: { enabled: true },
  invoice_history: { enabled: true },
  customer_update: { enabled: true, allowed_updates: ['email', 'address', 'tax_id'] },
  subscription_cancel: { enabled: false },
  subscription_update: { enabled: false },
} satisfies Stripe.BillingPortal.ConfigurationCreateParams['features'];

const NAME = 'the billing portal';

export async function findPortalDifferences(sdk: Stripe): Promise<readonly Difference[]> {
  const found = await findPortal(sdk);
  if (!found) {
    return [
      {
        kind: 'portal',
        name: NAME,
        change: 'create',
        detail: 'cards, invoices and addresses; no change of the plan',
        async apply() {
          const metadata = { [MADE_BY]: 'tollgate' };
          await ask(() =>
            sdk.billingPortal.configurations.create(
              { features: FEATURES, metadata },
              writeKey('portal'),
            ),
          );
          return {};
        },
      },
    ];
  }
  const wrong = differing(found.features);
  if (wrong.length === 0) return [];
  return [
    {
      kind: 'portal',
      name: NAME,
      change: 'update',
      detail: wrong.join(', '),
      async apply() {
        await ask(() =>
          sdk.billingPortal.configurations.update(
            found.id,
            { features: FEATURES },
            freshKey('portal'),
          ),
        );
        return {};
      },
    },
  ];
}

function differing(features: Stripe.BillingPortal.Configuration.Features): readonly string[] {
  const names = Object.keys(FEATURES) as (keyof typeof FEATURES)[]; // the keys of a literal
  return names.filter((name) => features[name].enabled !== FEATURES[name].enabled);
}
