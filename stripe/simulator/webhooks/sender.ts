/**
 * The webhook sender: each event goes to every endpoint that asked for its type, signed as Stripe signs,
 * tried again with growing pauses until it is taken or three days have passed. The faults that a test asks
 * for are applied here and nowhere else.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { hears } from '../state/events';
import type { EventRow, Rows } from '../state/rows';
import type { World } from '../state/world';
import { cut, pad, type WebhookFaults } from './faults';
import { sign } from './signature';
import { thinOf } from './thin';

type Endpoint = Rows['webhook_endpoint'];

const TIMEOUT_MS = 10_000;
/** Pauses between tries; Stripe's own grow in the same way, for up to three days. */
const PAUSES_SECONDS = [5, 60, 300, 1_800, 7_200, 18_000, 36_000, 43_200, 43_200, 43_200, 43_200];
/** A receiver that is slower than the events come is waited for, not flooded. */
const AT_ONCE = 32;

export interface Sender {
  send(events: EventRow[]): void;
  /** Resolves when every event has had its first try, or is held back by a fault. */
  flush(): Promise<void>;
  /** Tries everything again that was not taken, now; also what faults held back or dropped. */
  resend(): Promise<void>;
  faults: WebhookFaults;
  stop(): void;
}

interface Delivery {
  event: EventRow;
  endpoint: string;
  tries: number;
  /** By a fault: never sent by itself. */
  dropped: boolean;
}

export function createSender(world: World, faults: WebhookFaults): Sender {
  const waiting = new Set<Delivery>();
  const underWay = new Set<Promise<void>>();
  const stopped = new AbortController();
  // Every pause and every request listens to it.
  setMaxListeners(0, stopped.signal);
  let queue: Delivery[] = [];
  let scheduled = false;

  const run = (delivery: Delivery): void => {
    const work = deliver(world, delivery, faults, stopped.signal).then((taken) => {
      if (taken) waiting.delete(delivery);
      else retryLater(delivery);
    });
    underWay.add(work);
    void work.finally(() => {
      underWay.delete(work);
      drain();
    });
  };
  const drain = (): void => {
    scheduled = false;
    if (stopped.signal.aborted) return;
    queue = faults.arrange(queue);
    while (queue.length > 0 && underWay.size < AT_ONCE) {
      const next = queue.shift();
      if (next) run(next);
    }
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(drain);
  };
  const retryLater = (delivery: Delivery): void => {
    const seconds = PAUSES_SECONDS[delivery.tries - 1];
    if (seconds === undefined || stopped.signal.aborted) return;
    void pause(seconds * 1000, undefined, { signal: stopped.signal, ref: false })
      .then(() => waiting.has(delivery) && run(delivery))
      .catch(() => undefined);
  };
  const flush = async (): Promise<void> => {
    while (scheduled || queue.length > 0 || underWay.size > 0) {
      if (scheduled) await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([...underWay]);
    }
  };

  return {
    faults,
    send(events) {
      for (const event of events) {
        for (const endpoint of world.all('webhook_endpoint')) {
          if (!hears(endpoint, event.type)) continue;
          const copies = faults.copiesOf(event);
          for (const copy of copies) {
            const dropped = faults.drops(copy);
            const delivery = { event: copy, endpoint: endpoint.id, tries: 0, dropped };
            waiting.add(delivery);
            if (!dropped) queue.push(delivery);
          }
        }
      }
      if (queue.length > 0) schedule();
    },
    flush,
    async resend() {
      await flush();
      for (const delivery of waiting) {
        delivery.dropped = false;
        queue.push(delivery);
      }
      schedule();
      await flush();
    },
    stop() {
      stopped.abort();
    },
  };
}

/** Whether the endpoint took it. */
async function deliver(
  world: World,
  delivery: Delivery,
  faults: WebhookFaults,
  signal: AbortSignal,
): Promise<boolean> {
  const endpoint = world.get('webhook_endpoint', delivery.endpoint);
  if (!endpoint || endpoint.status !== 'enabled') return true;
  await faults.wait(signal);
  delivery.tries += 1;
  const isThin = world.get('sim.thin', endpoint.id) !== undefined;
  const payload = isThin ? thinOf(delivery.event) : delivery.event;
  const isTaken = await post(endpoint, payload, faults, signal);
  note(world, delivery, isTaken);
  return isTaken;
}

async function post(
  endpoint: Endpoint,
  payload: object,
  faults: WebhookFaults,
  signal: AbortSignal,
): Promise<boolean> {
  const body = pad(JSON.stringify(payload, null, 2), faults.settings);
  const timestamp = Math.floor(Date.now() / 1000) - faults.settings.ageSeconds;
  const secrets = faults.settings.wrongSecret
    ? ['whsec_this_is_not_the_secret']
    : [...faults.settings.oldSecrets, endpoint.secret ?? ''];
  try {
    const answer = await fetch(endpoint.url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': sign(body, timestamp, secrets),
      },
      body: cut(body, faults.settings),
    });
    await answer.arrayBuffer();
    return answer.status >= 200 && answer.status < 300;
  } catch {
    // Nobody there, too slow, or the simulator is stopping: tried again later.
    return false;
  }
}

/** What Stripe knows of a delivery: the event's count, and whether a draft may become final. */
function note(world: World, { event, endpoint }: Delivery, isTaken: boolean): void {
  const kept = world.get('event', event.id);
  if (kept && isTaken) {
    world.put({ ...kept, pending_webhooks: Math.max(0, kept.pending_webhooks - 1) });
  }
  if (event.type !== 'invoice.created') return;
  const invoice = Reflect.get(event.data.object, 'id') as string; // The event's object is an invoice.
  const refusedBy = world.refusedDrafts.get(invoice);
  if (isTaken) refusedBy?.delete(endpoint);
  else world.refusedDrafts.set(invoice, new Set(refusedBy).add(endpoint));
}
