/**
 * `POST /webhooks/stripe`. 2xx: it is durable, or it was before. 4xx: it is not ours, and had no effect.
 * 5xx: something is away, and Stripe shall send it again. Neither bodies nor headers are ever logged.
 */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { errors, isTollgateError, TollgateError } from '../core/contract/errors';
import type { VerifySignature } from '../stripe/webhook-signature';
import { takeEvent, type Inbox } from './take-event';
import { readEvent, type Expected } from './verify-event';

export const WEBHOOK_PATH = '/webhooks/stripe';

/** Stripe's own events are a few kilobytes. */
const MAX_BYTES = 512 * 1024;
/** Signed events that one process works on; beyond that Stripe is asked to come again later. */
const MAX_AT_ONCE = 64;

export interface WebhookRouteOptions extends Inbox {
  readonly verify: VerifySignature;
  readonly expected: Expected;
}

export async function addWebhookRoute(
  app: FastifyInstance,
  options: WebhookRouteOptions,
): Promise<void> {
  let underWay = 0;
  await app.register(async (scope) => {
    // The signature is of the bytes: nothing may read them first.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    scope.setErrorHandler((error, request, reply) => {
      const refusal = asRefusal(error);
      logRefusal(request.log, refusal);
      const status = isTollgateError(refusal) ? errors[refusal.code].httpStatus : 500;
      const code = isTollgateError(refusal) ? refusal.code : 'INTERNAL';
      return reply.status(status).send({ error: { code } });
    });
    scope.post(WEBHOOK_PATH, { bodyLimit: MAX_BYTES }, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const header = request.headers['stripe-signature'];
      const signature = Array.isArray(header) ? header[0] : header;
      const event = readEvent(body, signature, options.verify, options.expected);
      // Counted from here on: who cannot sign takes nobody's place, however slowly it sends.
      if (underWay >= MAX_AT_ONCE) throw new TollgateError('SERVER_BUSY');
      underWay += 1;
      const result = await takeEvent(options, event).finally(() => (underWay -= 1));
      request.log.info({ event: event.id, type: event.type, result }, 'stripe event');
      return reply.status(200).send({ result });
    });
  });
}

function asRefusal(error: unknown): unknown {
  if (isTollgateError(error)) return error;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }; // of a FastifyError
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new TollgateError('WEBHOOK_TOO_LARGE');
  // Of a request that is cut short or malformed; never of our own code.
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new TollgateError('WEBHOOK_REFUSED', { reason: 'the request cannot be read' });
  }
  return error;
}

function logRefusal(log: FastifyBaseLogger, refusal: unknown): void {
  if (!isTollgateError(refusal)) {
    log.error({ err: refusal }, 'stripe event failed');
    return;
  }
  const { code, details } = refusal;
  const how = errors[code].kind === 'refusal' ? 'warn' : 'error';
  log[how]({ code, ...details }, 'stripe event refused');
}
