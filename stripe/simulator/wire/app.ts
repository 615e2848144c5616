/**
 * The HTTP side: forms and JSON in, JSON out, keys, idempotency, expansion and errors as Stripe has them.
 * Each request is one change of the world, kept whole or taken back whole.
 */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import qs from 'qs';
import type { Fault, Faults } from '../control/faults';
import { API_VERSION } from '../state/events';
import { render } from '../state/rendering';
import type { AnyRow } from '../state/rows';
import type { World } from '../state/world';
import { readKey } from './auth';
import { errorBody, isRefusal, refusal } from './errors';
import { expandAll } from './expand';
import { type Answer, createKeys, type Keys } from './idempotency';
import type { Route } from './route';

const BODY_LIMIT_BYTES = 1_000_000;
const FORM = { depth: 10, parameterLimit: 5_000, arrayLimit: 1_000 };
const MAX_KEY_LENGTH = 255;

export interface Wire {
  world: World;
  routes: Route[];
  faults: Faults;
  /** Does what is due by now, before each request. */
  catchUp(): void;
}

export function createApp(wire: Wire): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: {
      querystringParser: (query) => qs.parse(query, FORM) as Record<string, string>,
    },
  });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, qs.parse(body as string, FORM)),
  );
  const keys = createKeys(() => Math.floor(Date.now() / 1000));
  for (const route of wire.routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => answer(wire, keys, route, request, reply),
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const message = `Unrecognized request URL (${request.method}: ${request.url}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`;
    const details = { status: 404, type: 'invalid_request_error' as const, message };
    return reply.status(404).send(errorBody(details, 'req_none'));
  });
  return app;
}

async function answer(
  wire: Wire,
  keys: Keys,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { world, faults } = wire;
  const id = world.newId('req');
  void reply.header('request-id', id).header('stripe-version', readVersion(request));
  const key = route.method === 'POST' ? readIdempotencyKey(request) : null;
  const given = route.method === 'POST' ? request.body : request.query;
  const fault = faults.take(route.method, request.url);
  const carryOut = (): Answer =>
    carry(() => {
      readKey(request.headers.authorization);
      if (fault && fails(fault) && !fault.afterCommit) throw injected(fault.status);
      wire.catchUp();
      world.request = { id, idempotency_key: key };
      const { expand, ...params } = (given ?? {}) as { expand?: string[] };
      const ids = request.params as Record<string, string>;
      const found = world.atomically(() => route.answer(world, ids, params));
      const body = expandAll(world, render(found as AnyRow), expand ?? []);
      if (fault && fails(fault)) throw injected(fault.status);
      return { status: 200, body };
    }, id);
  let done: Answer;
  try {
    const before =
      key === null
        ? null
        : keys.begin(key, { method: route.method, path: request.url, params: given });
    if (before) void reply.header('idempotent-replayed', 'true');
    if (!before && fault) await faults.wait(fault);
    done = before ?? carryOut();
    if (!before && key !== null) keys.finish(key, done);
  } catch (error) {
    done = toAnswer(error, id);
  } finally {
    world.request = { id: null, idempotency_key: null };
  }
  if (key !== null) void reply.header('idempotency-key', key);
  return reply.status(done.status).send(done.body);
}

function carry(work: () => Answer, id: string): Answer {
  try {
    return work();
  } catch (error) {
    return toAnswer(error, id);
  }
}

function toAnswer(error: unknown, requestId: string): Answer {
  if (isRefusal(error)) {
    return { status: error.details.status, body: errorBody(error.details, requestId) };
  }
  // A bug of the simulator: its place is worth more to whoever sees it than a polite sentence.
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, body: errorBody({ status: 500, type: 'api_error', message }, requestId) };
}

/** A fault may also be a mere delay. */
function fails(fault: Fault): boolean {
  return fault.status >= 400;
}

function injected(status: number): Error {
  const type = status === 429 ? ('rate_limit_error' as const) : ('api_error' as const);
  return refusal({ status, type, message: 'This failure was asked for.' });
}

function readVersion(request: FastifyRequest): string {
  const given = request.headers['stripe-version'];
  return typeof given === 'string' ? given : API_VERSION;
}

function readIdempotencyKey(request: FastifyRequest): string | null {
  const given = request.headers['idempotency-key'];
  return typeof given === 'string' && given ? given.slice(0, MAX_KEY_LENGTH) : null;
}
