/**
 * Stripe's signature on the raw bytes of a request. During a roll of the secret, both are accepted.
 */
import Stripe from 'stripe';

/** What is wrong with it, in words that tell nothing secret; undefined: it is Stripe's. */
export type VerifySignature = (body: Buffer, header: string) => string | undefined;

/**
 * How old a signature may be, and how far ahead its clock: clocks of hosts differ by minutes. Replaying an
 * event within that time does nothing, because the inbox knows it.
 */
const TOLERANCE_SECONDS = 10 * 60;

export function verifyWith(
  secrets: readonly string[],
  now: () => number = () => Math.floor(Date.now() / 1_000),
): VerifySignature {
  return (body, header) => {
    const at = Number(/(?:^|,)t=(\d{1,12})(?:,|$)/.exec(header)?.[1]);
    if (!Number.isInteger(at)) return 'its signature cannot be read';
    if (Math.abs(now() - at) > TOLERANCE_SECONDS)
      return 'its signature is too old, or of the future';
    const isSigned = secrets.some((secret) => {
      try {
        // The age was looked at above, in both directions; 0 switches the client's own check off.
        return Stripe.webhooks.signature?.verifyHeader(body, header, secret, 0) === true;
      } catch {
        return false;
      }
    });
    return isSigned ? undefined : 'its signature is not of our secret';
  };
}
