/** `/v2/core`: event destinations that get thin events, and those events. Bodies are JSON here. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { World } from '../state/world';
import { missing } from '../wire/errors';
import { route } from '../wire/route';
import { snapshotType, thinOf } from '../webhooks/thin';

const creation = z.strictObject({
  description: z.string().optional(),
  enabled_events: z.array(z.string()).min(1),
  event_payload: z.literal('thin'),
  include: z.array(z.enum(['webhook_endpoint.signing_secret', 'webhook_endpoint.url'])).optional(),
  name: z.string(),
  type: z.literal('webhook_endpoint'),
  webhook_endpoint: z.strictObject({ url: z.url({ protocol: /^https?$/ }) }),
});

function create(world: World, given: z.output<typeof creation>): object {
  const id = world.newId('ed');
  const secret = `whsec_${createHash('sha256').update(world.newId('secret')).digest('hex').slice(0, 32)}`;
  const { url } = given.webhook_endpoint;
  world.put({ object: 'sim.thin', id });
  world.put({
    id,
    object: 'webhook_endpoint',
    api_version: null,
    application: null,
    created: world.wallNow(),
    description: given.description ?? null,
    enabled_events: given.enabled_events.map(snapshotType),
    livemode: false,
    metadata: {},
    secret,
    status: 'enabled',
    url,
  });
  const created = new Date(world.wallNow() * 1000).toISOString();
  const shown = given.include ?? [];
  return {
    id,
    object: 'v2.core.event_destination',
    created,
    description: given.description ?? '',
    enabled_events: given.enabled_events,
    event_payload: 'thin',
    livemode: false,
    metadata: {},
    name: given.name,
    status: 'enabled',
    type: 'webhook_endpoint',
    updated: created,
    webhook_endpoint: {
      ...(shown.includes('webhook_endpoint.signing_secret') ? { signing_secret: secret } : {}),
      ...(shown.includes('webhook_endpoint.url') ? { url } : {}),
    },
  };
}

export const eventDestinationRoutes = [
  route('POST', '/v2/core/event_destinations', creation, create),
  route('GET', '/v2/core/events/:id', z.strictObject({}), (world, _given, ids) => {
    const event = world.get('event', ids['id']);
    if (!event) throw missing('event', ids['id'] ?? '');
    return thinOf(event);
  }),
];
