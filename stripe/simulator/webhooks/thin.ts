/**
 * Thin events: only an id, a type and where to read what it is about. An endpoint that wants them is an
 * event destination of API v2; its types begin with `v1.`, for objects of the first API.
 */
import type { EventRow } from '../state/rows';

const PATHS: Record<string, string> = {
  charge: '/v1/charges',
  'checkout.session': '/v1/checkout/sessions',
  customer: '/v1/customers',
  dispute: '/v1/disputes',
  invoice: '/v1/invoices',
  invoice_payment: '/v1/invoice_payments',
  invoiceitem: '/v1/invoiceitems',
  payment_intent: '/v1/payment_intents',
  payment_method: '/v1/payment_methods',
  price: '/v1/prices',
  product: '/v1/products',
  refund: '/v1/refunds',
  subscription: '/v1/subscriptions',
};

const PREFIX = 'v1.';

export function thinOf(event: EventRow): object {
  const { id, object } = event.data.object as { id: string; object: string }; // Every row has both.
  const path = PATHS[object] ?? `/v1/${object}s`;
  return {
    id: event.id,
    object: 'v2.core.event',
    context: null,
    created: new Date(event.created * 1000).toISOString(),
    livemode: false,
    reason: null,
    related_object: { id, type: object, url: `${path}/${id}` },
    type: `${PREFIX}${event.type}`,
  };
}

/** The type of the snapshot that a thin type stands for. */
export function snapshotType(type: string): string {
  return type.startsWith(PREFIX) ? type.slice(PREFIX.length) : type;
}
