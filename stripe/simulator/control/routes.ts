/**
 * The control API, under `/_simulator`: what no real Stripe has, in JSON and without a key. Faults, what a
 * card does next, the own clock, settings of the Dashboard, and what happens in a bank.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { authenticateIntent } from '../engine/confirm-intent';
import { openDispute } from '../engine/disputes';
import { failRefund } from '../engine/refunds';
import { payNow } from '../pages/checkout-page';
import type { World } from '../state/world';
import { errorBody, isRefusal, missing } from '../wire/errors';
import { NO_FAULTS } from '../webhooks/faults';
import type { Sender } from '../webhooks/sender';
import { move, moveCustomer, openRunningClock, runningClock } from './clocks';
import type { Faults } from './faults';

export interface Control {
  world: World;
  sender: Sender;
  faults: Faults;
  /** Moves the simulator's own clock; resolves when everything due has been worked off. */
  shift: (seconds: number) => Promise<void>;
  /** Moves a test clock forward; the same. */
  moveTo: (clock: string, instant: number) => Promise<void>;
}

const apiFault = z.strictObject({
  status: z.int().min(200).max(599).default(500),
  afterCommit: z.boolean().default(false),
  delayMs: z.int().min(0).default(0),
  times: z.int().min(1).default(1),
  method: z.enum(['GET', 'POST', 'DELETE']).nullable().default(null),
  path: z.string().nullable().default(null),
});
const webhookFaults = z
  .strictObject({
    duplicates: z.int().min(0).max(10),
    twins: z.boolean(),
    shuffle: z.boolean(),
    delayMs: z.int().min(0).max(60_000),
    drop: z.number().min(0).max(1),
    dropTypes: z.array(z.string()),
    wrongSecret: z.boolean(),
    oldSecrets: z.array(z.string()),
    ageSeconds: z.int(),
    padBytes: z.int().min(0).max(10_000_000),
    truncate: z.boolean(),
  })
  .partial();
const settings = z
  .strictObject({
    retries: z.int().min(0).max(20),
    retryWindowDays: z.int().min(1).max(60),
    afterLastRetry: z.enum(['cancel', 'unpaid', 'past_due']),
    unpaidInvoice: z.enum(['open', 'uncollectible']),
    holdDrafts: z.boolean(),
  })
  .partial();
const cardBehaviour = z
  .strictObject({
    decline: z.string().nullable(),
    needsAuthentication: z.boolean(),
    disputes: z.string().nullable(),
    failNext: z.int().min(0),
    failNextWith: z.string(),
  })
  .partial();

export function addControl(app: FastifyInstance, control: Control): void {
  const { world, sender, faults, shift, moveTo } = control;
  const post = <T extends z.ZodType>(
    path: string,
    schema: T,
    act: (given: z.output<T>, ids: Record<string, string>) => object | Promise<object>,
  ): void => {
    app.post(`/_simulator/${path}`, async (request, reply) => {
      const read = schema.safeParse(request.body ?? {});
      if (!read.success) return reply.status(400).send({ error: z.prettifyError(read.error) });
      return answer(reply, () => act(read.data, request.params as Record<string, string>));
    });
  };
  const none = z.strictObject({});
  // Tells the simulator from Stripe, for those who may talk to either.
  app.get('/_simulator', () => ({ simulator: true, now: world.wallNow() }));

  post('faults/api', apiFault, (given) => {
    faults.add(given);
    return given;
  });
  post('faults/webhooks', webhookFaults, (given) => {
    Object.assign(sender.faults.settings, given);
    return sender.faults.settings;
  });
  post('faults/clear', none, () => {
    faults.clear();
    Object.assign(sender.faults.settings, NO_FAULTS);
    return {};
  });
  post('webhooks/flush', none, async () => {
    await sender.flush();
    return {};
  });
  post('webhooks/resend', none, async () => {
    await sender.resend();
    return {};
  });
  post('settings', settings, (given) => {
    Object.assign(world.settings, given);
    return world.settings;
  });
  post('clock/shift', z.strictObject({ seconds: z.int().min(1) }), async ({ seconds }) => {
    await shift(seconds);
    return { now: world.wallNow() };
  });
  post('clocks', runningClock, (given) => openRunningClock(world, given));
  post('customers/:id/move', move, ({ to }, ids) =>
    moveCustomer(world, ids['id'] ?? '', to, moveTo),
  );
  post('payment_methods/:id', cardBehaviour, (given, ids) => {
    const card = world.get('sim.card', ids['id']);
    if (!card) throw missing('PaymentMethod', ids['id'] ?? '');
    const changes = Object.fromEntries(Object.entries(given).filter(([, it]) => it !== undefined));
    return world.atomically(() => world.put({ ...card, ...changes }));
  });
  post('checkout/:id/pay', z.strictObject({ card: z.string() }), ({ card }, ids) => {
    const session = world.get('checkout.session', ids['id']);
    if (!session) throw missing('checkout.session', ids['id'] ?? '');
    return world.atomically(() => payNow(world, session, card));
  });
  post(
    'payment_intents/:id/authenticate',
    z.strictObject({ succeeds: z.boolean() }),
    (given, ids) => {
      const intent = world.get('payment_intent', ids['id']);
      if (!intent) throw missing('payment_intent', ids['id'] ?? '');
      return world.atomically(() => authenticateIntent(world, intent, given.succeeds));
    },
  );
  post('charges/:id/dispute', none, (_given, ids) => {
    const charge = world.get('charge', ids['id']);
    if (!charge) throw missing('charge', ids['id'] ?? '');
    return world.atomically(() => openDispute(world, charge, 'fraudulent'));
  });
  post('refunds/:id/fail', none, (_given, ids) => {
    const refund = world.get('refund', ids['id']);
    if (!refund) throw missing('refund', ids['id'] ?? '');
    return world.atomically(() => failRefund(world, refund));
  });
}

async function answer(
  reply: FastifyReply,
  act: () => object | Promise<object>,
): Promise<FastifyReply> {
  try {
    return await reply.send(await act());
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return reply.status(error.details.status).send(errorBody(error.details, 'control'));
  }
}
