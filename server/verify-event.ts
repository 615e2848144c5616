/**
 * From the raw bytes of a request to an event that Stripe has signed for us, or the refusal. No more of it
 * is read than names the event, its object and the customer: everything else is read from Stripe.
 */
import { TollgateError } from '../core/contract/errors';
import type { VerifySignature } from '../stripe/webhook-signature';

export interface StripeEvent {
  readonly id: string;
  readonly type: string;
  /** What the event is about; absent in events of no object. */
  readonly object?: { readonly type: string; readonly id: string };
  /** Where the event itself says it. */
  readonly customer?: string;
}

export interface Expected {
  readonly livemode: boolean;
  readonly apiVersion: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws WEBHOOK_REFUSED, WEBHOOK_FOREIGN */
export function readEvent(
  body: Buffer,
  signature: string | undefined,
  verify: VerifySignature,
  expected: Expected,
): StripeEvent {
  if (signature === undefined) throw refused('it has no signature');
  const wrong = verify(body, signature);
  if (wrong !== undefined) throw refused(wrong);
  const fields = parse(body);
  const { id, type, object, livemode } = fields;
  if (typeof id !== 'string' || typeof type !== 'string') throw refused('it is no event');
  if (!/^evt_\w{1,250}$/.test(id) || type.length > 200) throw refused('it is no event');
  if (livemode !== expected.livemode) {
    throw new TollgateError('WEBHOOK_FOREIGN', { event: id, livemode: String(livemode) });
  }
  return object === 'v2.core.event'
    ? readThin(id, type, fields)
    : readSnapshot(id, type, fields, expected);
}

/** Carries only the id of what it is about. */
function readThin(id: string, type: string, { related_object }: Fields): StripeEvent {
  const { type: kind, id: of } = asFields(related_object);
  const named = typeof kind === 'string' && typeof of === 'string';
  return { id, type, ...(named ? { object: { type: kind, id: of } } : {}) };
}

function readSnapshot(
  id: string,
  type: string,
  { api_version, data }: Fields,
  { apiVersion }: Expected,
): StripeEvent {
  // Of another version its fields may lie elsewhere, and the customer would be overlooked.
  if (api_version !== apiVersion) {
    throw new TollgateError('WEBHOOK_FOREIGN', { event: id, apiVersion: String(api_version) });
  }
  const { object: kind, id: of, customer } = asFields(asFields(data)['object']);
  const { id: expanded } = asFields(customer);
  const owner = typeof customer === 'string' ? customer : expanded;
  return {
    id,
    type,
    ...(typeof kind === 'string' && typeof of === 'string'
      ? { object: { type: kind, id: of } }
      : {}),
    ...(typeof owner === 'string' ? { customer: owner } : {}),
  };
}

function parse(body: Buffer): Fields {
  try {
    return asFields(JSON.parse(body.toString('utf8')));
  } catch {
    throw refused('its body is not JSON');
  }
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function refused(reason: string): TollgateError {
  return new TollgateError('WEBHOOK_REFUSED', { reason });
}
