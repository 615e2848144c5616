/**
 * The official client, set up once: API version pinned, timeouts short enough for an activity, no
 * telemetry. Only host, port and protocol tell the simulator from Stripe.
 */
import Stripe from 'stripe';
import { TollgateError } from '../core/contract/errors';

/** The version that this code reads and that its webhook endpoint is pinned to. */
export const API_VERSION = '2026-10-28.endive';

const TIMEOUT_MS = 20_000;
/** All tries of one call carry one idempotency key. Beyond them, Temporal tries again. */
const NETWORK_RETRIES = 2;

export interface StripeSettings {
  readonly secretKey: string;
  /** Such as `http://127.0.0.1:12111` for the simulator. Default: Stripe itself. */
  readonly apiUrl?: string;
}

export interface StripeConnection {
  readonly sdk: Stripe;
  /** Whether the key moves real money. */
  readonly livemode: boolean;
}

/** @throws CONFIG_INVALID */
export function connectStripe({ secretKey, apiUrl }: StripeSettings): StripeConnection {
  const mode = /^(?:sk|rk)_(live|test)_\w+$/.exec(secretKey)?.[1];
  if (mode === undefined) {
    // Never with the value: it may be a key all the same.
    throw invalid('STRIPE_SECRET_KEY', 'must begin with sk_test_, rk_test_, sk_live_ or rk_live_');
  }
  const livemode = mode === 'live';
  const place = apiUrl === undefined ? {} : readPlace(apiUrl, livemode);
  const sdk = new Stripe(secretKey, {
    ...place,
    apiVersion: API_VERSION,
    timeout: TIMEOUT_MS,
    maxNetworkRetries: NETWORK_RETRIES,
    telemetry: false,
  });
  return { sdk, livemode };
}

function readPlace(
  apiUrl: string,
  livemode: boolean,
): { host: string; port: string; protocol: 'http' | 'https' } {
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/') {
    throw invalid('STRIPE_API_URL', 'must look like http://127.0.0.1:12111');
  }
  if (livemode) throw invalid('STRIPE_API_URL', 'a live key is for Stripe itself alone');
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return {
    host: url.hostname,
    port: url.port || (protocol === 'http' ? '80' : '443'),
    protocol,
  };
}

function invalid(setting: string, rule: string): TollgateError {
  return new TollgateError('CONFIG_INVALID', { setting, rule });
}
