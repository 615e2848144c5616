/**
 * API keys. Every test-mode secret key is taken; anything else is refused as Stripe refuses a wrong key,
 * and a live key above all: nothing here may ever be mistaken for real money.
 */
import { refusal } from './errors';

export function readKey(header: string | undefined): void {
  const [scheme, credentials = ''] = (header ?? '').split(' ');
  const key =
    scheme?.toLowerCase() === 'basic'
      ? (Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '')
      : credentials;
  if (!key) {
    throw refuse(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (!/^(sk|rk)_test_\w+$/.test(key)) {
    const shown = `${key.slice(0, 8)}${'*'.repeat(8)}`;
    throw refuse(
      `Invalid API Key provided: ${shown}. The simulator takes test keys (sk_test_…) only.`,
    );
  }
}

function refuse(message: string): Error {
  return refusal({ status: 401, type: 'invalid_request_error', message });
}
