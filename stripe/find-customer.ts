/** Whose an object is, for events that carry only its id: one read, two for what hangs on a charge. */
import type Stripe from 'stripe';
import { ask } from './ask';
import { isMissing } from './failures';
import { idOf } from './ids';

export interface StripeObject {
  /** Stripe's word, such as `invoice`, `charge`, `subscription`. */
  readonly type: string;
  readonly id: string;
}

type Owned = {
  readonly customer?: string | { readonly id: string } | null;
  readonly charge?: string | { readonly id: string } | null;
  readonly payment_intent?: string | { readonly id: string } | null;
};

/** Undefined for objects of nobody, of no kind that concerns us, or that are gone. */
export async function findCustomer(
  sdk: Stripe,
  { type, id }: StripeObject,
): Promise<string | undefined> {
  if (type === 'customer') return id;
  try {
    const found = await retrieve(sdk, type, id);
    if (!found) return undefined;
    const customer = idOf(found.customer);
    if (customer !== undefined) return customer;
    const charge = idOf(found.charge);
    if (charge !== undefined) return idOf((await ask(() => sdk.charges.retrieve(charge))).customer);
    const intent = idOf(found.payment_intent);
    if (intent === undefined) return undefined;
    return idOf((await ask(() => sdk.paymentIntents.retrieve(intent))).customer);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function retrieve(sdk: Stripe, type: string, id: string): Promise<Owned | undefined> {
  switch (type) {
    case 'subscription':
      return ask(() => sdk.subscriptions.retrieve(id));
    case 'invoice':
      return ask(() => sdk.invoices.retrieve(id));
    case 'charge':
      return ask(() => sdk.charges.retrieve(id));
    case 'payment_intent':
      return ask(() => sdk.paymentIntents.retrieve(id));
    case 'checkout.session':
      return ask(() => sdk.checkout.sessions.retrieve(id));
    case 'dispute':
      return ask(() => sdk.disputes.retrieve(id));
    case 'refund':
      return ask(() => sdk.refunds.retrieve(id));
    default:
      return undefined;
  }
}
