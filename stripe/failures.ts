/**
 * Stripe's errors in Tollgate's words, once, at the border. A refusal will be the same next time; a
 * fault may not.
 */
import { TollgateError, isTollgateError, type ErrorCode } from '../core/contract/errors';

/** What is read of an error of the official client; all of it is optional in other errors. */
interface StripeFailure {
  readonly type?: unknown;
  readonly message?: unknown;
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly decline_code?: unknown;
  readonly param?: unknown;
  readonly requestId?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function asStripeError(error: unknown): unknown {
  if (isTollgateError(error) || typeof error !== 'object' || error === null) return error;
  const failure: StripeFailure = error;
  const { type } = failure;
  if (typeof type !== 'string' || !('rawType' in error || /^Stripe/.test(type))) return error;
  const code = codeOf(failure, type);
  const details = {
    reason: text(failure.message),
    stripeCode: text(failure.code),
    declineCode: text(failure.decline_code),
    param: text(failure.param),
    request: text(failure.requestId),
    ...(isStoredFault(failure) ? { stored: true } : {}),
  };
  const said = Object.entries(details).filter(([, value]) => value !== undefined);
  return new TollgateError(code, Object.fromEntries(said), { cause: error });
}

/** Stripe keeps a failure of its own under the idempotency key, and gives it again for a day. */
function isStoredFault({ headers, statusCode }: StripeFailure): boolean {
  return Number(statusCode) >= 500 && headers?.['idempotent-replayed'] === 'true';
}

function codeOf({ code, statusCode }: StripeFailure, type: string): ErrorCode {
  const status = Number(statusCode ?? 0);
  switch (type) {
    case 'StripeCardError':
      return 'CARD_DECLINED';
    case 'StripeAuthenticationError':
    case 'StripePermissionError':
      return 'STRIPE_KEY_REFUSED';
    case 'StripeConnectionError':
    case 'StripeRateLimitError':
    case 'StripeAPIError':
      return 'STRIPE_UNAVAILABLE';
    default: {
      const busy = code === 'idempotency_key_in_use' || code === 'lock_timeout';
      return busy || status === 429 || status >= 500 ? 'STRIPE_UNAVAILABLE' : 'STRIPE_REFUSED';
    }
  }
}

/** Whether Stripe said that what was asked for is not there (any more). */
export function isMissing(error: unknown): boolean {
  return (
    isTollgateError(error, 'STRIPE_REFUSED') && error.details['stripeCode'] === 'resource_missing'
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
