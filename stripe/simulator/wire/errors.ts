/**
 * Refusals with the words, codes and statuses that Stripe uses. They are thrown inside the engine, where
 * a refusal must take the whole request back, and answered by wire/app.ts.
 */
interface Details {
  status: number;
  type:
    | 'invalid_request_error'
    | 'card_error'
    | 'idempotency_error'
    | 'api_error'
    | 'rate_limit_error'
    | 'authentication_error';
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  /** Further fields of the answer, such as the payment intent that failed. */
  more?: object;
}

const MARK = 'StripeRefusal';

export interface Refusal extends Error {
  details: Details;
  /** What was done until then stays done: a refused payment is still a payment that was tried. */
  keepsChanges: boolean;
}

export function refusal(details: Details, keepsChanges = false): Refusal {
  return Object.assign(new Error(details.message), { name: MARK, details, keepsChanges });
}

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && error.name === MARK;
}

export function invalid(message: string, param?: string, code?: string): Refusal {
  return refusal({
    status: 400,
    type: 'invalid_request_error',
    message,
    ...(param ? { param } : {}),
    ...(code ? { code } : {}),
  });
}

/** What Stripe calls an object in its messages: `No such customer: 'cus_1'`. */
export function missing(kind: string, id: string, param = 'id'): Refusal {
  return refusal({
    status: param === 'id' ? 404 : 400,
    type: 'invalid_request_error',
    code: 'resource_missing',
    param,
    message: `No such ${kind}: '${id}'`,
  });
}

export function cardRefusal(
  decline: { code: string; decline_code: string | null; message: string },
  kept?: { payment_intent: object; charge?: string },
): Refusal {
  return refusal(
    {
      status: 402,
      type: 'card_error',
      code: decline.code,
      ...(decline.decline_code ? { decline_code: decline.decline_code } : {}),
      message: decline.message,
      more: kept ?? {},
    },
    kept !== undefined,
  );
}

export function errorBody(details: Details, requestId: string): object {
  const { status: _status, more, ...shown } = details;
  return {
    error: {
      ...shown,
      ...more,
      request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
    },
  };
}
