/**
 * The HTTP server: Stripe's webhooks, and whether it is well. It closes in order: it takes nothing new,
 * finishes what it has, and only then lets go of the ledger.
 */
import type { AddressInfo } from 'node:net';
import type { Client } from '@temporalio/client';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { subscriptionOf, type SubscriptionPlace } from '../client/subscription';
import type { Ledger } from '../ledger/ledger';
import { API_VERSION } from '../stripe/connection';
import type { StripeGateway } from '../stripe/gateway';
import { verifyWith } from '../stripe/webhook-signature';
import { addHealthRoute } from './health-route';
import { shareHints } from './share-hints';
import { addWebhookRoute } from './webhook-route';

export interface ServerOptions extends SubscriptionPlace {
  readonly ledger: Ledger;
  readonly client: Client;
  readonly log: FastifyBaseLogger;
  /** Absent: no webhooks are taken. */
  readonly stripe?: ServerStripe;
  /** Default: this machine only. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface ServerStripe {
  readonly gateway: StripeGateway;
  /** Signing secrets of the endpoint: one, or two while it is being rolled. */
  readonly webhookSecrets: readonly string[];
}

export interface RunningServer {
  readonly url: string;
  /** Takes nothing new and finishes what it has. */
  close(): Promise<void>;
}

/** Slow senders are cut off; Stripe itself gives up after 10 seconds. */
const REQUEST_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 5_000;
/** Each may send up to half a megabyte before it is known whose it is. */
const MAX_CONNECTIONS = 512;

export async function openServer(options: ServerOptions): Promise<RunningServer> {
  const { log, host = '127.0.0.1', port, stripe } = options;
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    // Requests are logged where it is known what may be said of them.
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  addHealthRoute(app, options);
  if (stripe) await addStripe(app, options, stripe);
  await app.listen({ host, port });
  const { port: taken } = app.server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () => app.close(),
  };
}

async function addStripe(
  app: FastifyInstance,
  { ledger, client, taskQueue }: ServerOptions,
  { gateway, webhookSecrets }: ServerStripe,
): Promise<void> {
  const place = taskQueue === undefined ? {} : { taskQueue };
  await addWebhookRoute(app, {
    ledger,
    gateway,
    hint: shareHints((account) => subscriptionOf(client, account, place).hint()),
    verify: verifyWith(webhookSecrets),
    expected: { livemode: gateway.livemode, apiVersion: API_VERSION },
  });
}
