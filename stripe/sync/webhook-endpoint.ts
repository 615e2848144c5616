/**
 * The webhook endpoint, pinned to the API version that this code reads. The version of an endpoint cannot
 * be changed: a new one is made beside it, and both deliver until the old one is removed by hand, which
 * is the time in which the server knows two secrets.
 */
import type Stripe from 'stripe';
import { STRIPE_EVENTS } from '../../core/contract/stripe-events';
import { ask, askAll, freshKey, PAGE, writeKey } from '../ask';
import { API_VERSION } from '../connection';
import { MADE_BY } from '../metadata';
import type { Difference } from './difference';

export async function findWebhookDifferences(
  sdk: Stripe,
  url: string,
): Promise<readonly Difference[]> {
  const endpoints = await askAll(() => sdk.webhookEndpoints.list({ limit: PAGE }));
  const here = endpoints.filter((endpoint) => endpoint.url === url);
  const found = here.find(({ api_version }) => api_version === API_VERSION);
  const common = { kind: 'webhook-endpoint', name: url } as const;
  const enabled_events = [...STRIPE_EVENTS];
  if (!found) {
    const [old] = here;
    return [
      {
        ...common,
        change: old ? 'replace' : 'create',
        detail: old
          ? `API version ${old.api_version ?? 'of the account'} → ${API_VERSION}`
          : `${enabled_events.length} kinds of events`,
        async apply() {
          const made = await ask(() =>
            sdk.webhookEndpoints.create(
              {
                url,
                enabled_events,
                api_version: API_VERSION,
                metadata: { [MADE_BY]: 'tollgate' },
              },
              writeKey('webhook-endpoint', url, API_VERSION, old?.id ?? 'first'),
            ),
          );
          return made.secret === undefined ? {} : { secret: made.secret };
        },
      },
    ];
  }
  const hears = new Set<string>(found.enabled_events);
  const missing = enabled_events.filter((type) => !hears.has('*') && !hears.has(type));
  if (missing.length === 0 && found.status === 'enabled') return [];
  return [
    {
      ...common,
      change: 'update',
      detail: found.status === 'enabled' ? `hears ${missing.join(', ')} too` : 'disabled → enabled',
      async apply() {
        await ask(() =>
          sdk.webhookEndpoints.update(
            found.id,
            { enabled_events, disabled: false },
            freshKey('webhook-endpoint'),
          ),
        );
        return {};
      },
    },
  ];
}
