/**
 * The server that takes webhooks and the one who sends them, in a process of their own: what is measured
 * beside them shares PostgreSQL and the processors with them, and not the event loop.
 */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import Stripe from 'stripe';
import { DEFAULT_CATALOGUE } from '../../core/billing/plans';
import { openLedger } from '../../ledger';
import { openServer } from '../../server/open-server';
import { WEBHOOK_PATH } from '../../server/webhook-route';
import { API_VERSION } from '../../stripe/connection';
import { openGateway } from '../../stripe/gateway';
import { percentile } from '../measure/median';
import type { Order, Sent, WebhookArgument } from './start-webhooks';

const SECRET = 'whsec_bench';
const MINUTE_MS = 60_000;

async function main(argument: WebhookArgument): Promise<void> {
  const ledger = await openLedger({ connectionString: argument.databaseUrl });
  const connection = await Connection.connect({ address: argument.temporalAddress });
  const server = await openServer({
    ledger,
    client: new Client({ connection, namespace: argument.namespace }),
    taskQueue: argument.taskQueue,
    log: pino({ level: 'silent' }),
    port: 0,
    stripe: {
      // Whose the customers are is in the ledger, so nothing is asked of it.
      gateway: openGateway({ secretKey: 'sk_test_bench', catalogue: DEFAULT_CATALOGUE }),
      webhookSecrets: [SECRET],
    },
  });
  const url = `${server.url}${WEBHOOK_PATH}`;
  let sending: { stop(): Promise<Sent> } | undefined;
  process.on('message', (order: Order) => {
    if (order.do === 'send') sending = startSending(url, argument.customers, order);
    else if (order.do === 'pause') void sending?.stop().then((sent) => process.send?.(sent));
    else
      void server
        .close()
        .then(() => Promise.all([connection.close(), ledger.close()]))
        .then(() => process.disconnect());
  });
  process.send?.('ready');
}

/** At an even pace, whatever the answers take; each waits for its own. */
function startSending(
  url: string,
  customers: readonly string[],
  { perMinute, forged }: Extract<Order, { do: 'send' }>,
): { stop(): Promise<Sent> } {
  const latencies: number[] = [];
  const underWay = new Set<Promise<void>>();
  const statuses: Record<string, number> = {};
  const startedAt = performance.now();
  let count = 0;
  const sendOne = async (): Promise<void> => {
    const customer = customers[count % customers.length] ?? '';
    const sentAt = performance.now();
    const status = await post(url, customer, forged ? 'whsec_forged' : SECRET);
    latencies.push(performance.now() - sentAt);
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) * perMinute) / MINUTE_MS;
    for (; count < due; count += 1) {
      const work = sendOne().finally(() => underWay.delete(work));
      underWay.add(work);
    }
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      const elapsedMs = performance.now() - startedAt;
      await Promise.all(underWay);
      const perMinuteSent = (count * MINUTE_MS) / elapsedMs;
      return { statuses, perMinute: perMinuteSent, p99Ms: percentile(latencies, 0.99) };
    },
  };
}

async function post(url: string, customer: string, secret: string): Promise<number> {
  const payload = JSON.stringify({
    id: `evt_${randomUUID().replaceAll('-', '')}`,
    object: 'event',
    type: 'invoice.paid',
    api_version: API_VERSION,
    livemode: false,
    data: { object: { id: 'in_bench', object: 'invoice', customer, pad: 'x'.repeat(3_000) } },
  });
  const answer = await fetch(url, {
    method: 'POST',
    body: payload,
    headers: {
      'content-type': 'application/json',
      'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload, secret }),
    },
  });
  await answer.arrayBuffer();
  return answer.status;
}

main(JSON.parse(process.argv[2] ?? '{}') as WebhookArgument).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
