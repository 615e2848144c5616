/** `/v1/events` and `/v1/webhook_endpoints`. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Rows } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { isWithin, page } from '../wire/lists';
import {
  created,
  emptyable,
  flag,
  mergeMetadata,
  metadata,
  paging,
  text,
  withoutUndefined,
} from '../wire/params';
import { route } from '../wire/route';

type Endpoint = Rows['webhook_endpoint'];

const KEPT_SECONDS = 30 * 86_400;

const eventListing = z.strictObject({
  ...paging,
  created,
  delivery_success: flag.optional(),
  type: text.optional(),
  types: z.array(text).max(20).optional(),
});

function listEvents(world: World, given: z.output<typeof eventListing>): object {
  const oldest = world.wallNow() - KEPT_SECONDS;
  const found = world
    .all('event')
    .reverse()
    .filter(
      (it) =>
        (given.type === undefined || it.type === given.type) &&
        (!given.types || given.types.includes(it.type)) &&
        (given.delivery_success === undefined ||
          given.delivery_success === (it.pending_webhooks === 0)) &&
        (it.created >= oldest || world.all('test_helpers.test_clock').length > 0) &&
        isWithin(it.created, given.created),
    );
  return page(found, given, '/v1/events');
}

const enabledEvents = z.array(z.string().regex(/^(\*|[a-z0-9_.]+)$/)).min(1);
const creation = z.strictObject({
  api_version: text.optional(),
  description: emptyable(text).optional(),
  enabled_events: enabledEvents,
  metadata: metadata.optional(),
  url: z.url({ protocol: /^https?$/ }),
});

function create(world: World, given: z.output<typeof creation>): Endpoint {
  const row = world.put<Endpoint>({
    id: world.newId('we'),
    object: 'webhook_endpoint',
    api_version: given.api_version ?? null,
    application: null,
    created: world.wallNow(),
    description: given.description ?? null,
    enabled_events: given.enabled_events,
    livemode: false,
    metadata: mergeMetadata(null, given.metadata),
    secret: `whsec_${createHash('sha256').update(world.newId('secret')).digest('hex').slice(0, 32)}`,
    status: 'enabled',
    url: given.url,
  });
  return row;
}

const change = z.strictObject({
  description: emptyable(text).optional(),
  disabled: flag.optional(),
  enabled_events: enabledEvents.optional(),
  metadata: metadata.optional(),
  url: creation.shape.url.optional(),
});

function endpointOf(world: World, ids: Record<string, string>): Endpoint {
  const row = world.get('webhook_endpoint', ids['id']);
  if (!row) throw missing('webhook endpoint', ids['id'] ?? '');
  return row;
}

/** Only the answer to its creation tells an endpoint's secret. */
function withoutSecret({ secret: _secret, ...shown }: Endpoint): Endpoint {
  return shown;
}

const nothing = z.strictObject({});

export const eventRoutes = [
  route('GET', '/v1/events', eventListing, listEvents),
  route('GET', '/v1/events/:id', nothing, (world, _given, ids) => {
    const row = world.get('event', ids['id']);
    if (!row) throw missing('event', ids['id'] ?? '');
    return row;
  }),
  route('POST', '/v1/webhook_endpoints', creation, (world, given) => {
    const types = given.enabled_events;
    if (types.includes('*') && types.length > 1) {
      throw invalid("'*' cannot be combined with other events.", 'enabled_events');
    }
    return create(world, given);
  }),
  route('GET', '/v1/webhook_endpoints', z.strictObject(paging), (world, given) => {
    const rows = world.all('webhook_endpoint').filter((it) => !world.get('sim.thin', it.id));
    return page(rows.map(withoutSecret), given, '/v1/webhook_endpoints');
  }),
  route('GET', '/v1/webhook_endpoints/:id', nothing, (world, _given, ids) =>
    withoutSecret(endpointOf(world, ids)),
  ),
  route('POST', '/v1/webhook_endpoints/:id', change, (world, given, ids) => {
    const row = endpointOf(world, ids);
    const { disabled, metadata: meta, ...plain } = given;
    const changed = world.put<Endpoint>({
      ...row,
      ...withoutUndefined(plain),
      metadata: mergeMetadata(row.metadata, meta),
      status: disabled === undefined ? row.status : disabled ? 'disabled' : 'enabled',
    });
    return withoutSecret(changed);
  }),
  route('DELETE', '/v1/webhook_endpoints/:id', nothing, (world, _given, ids) => {
    const row = endpointOf(world, ids);
    world.remove('webhook_endpoint', row.id);
    return { id: row.id, object: 'webhook_endpoint', deleted: true };
  }),
];
