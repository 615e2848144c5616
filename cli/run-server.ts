/** Wires the server: ledger, a connection to Temporal, Stripe. Closed in the opposite order. */
import { once } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import { TollgateError } from '../core/contract/errors';
import { openLedger } from '../ledger/open-ledger';
import { openServer } from '../server/open-server';
import { openGateway } from '../stripe/gateway';
import type { StripeEnvironment } from '../worker/stripe-environment';

export interface RunServerOptions {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly stripe: StripeEnvironment;
  readonly host: string;
  readonly port: number;
  readonly log: Logger;
  /** Aborting it closes the server. */
  readonly stop: AbortSignal;
  /** Called once it takes requests. */
  readonly onReady?: () => void;
}

/** Resolves when it has closed. @throws CONFIG_INVALID, SCHEMA_MISSING, LEDGER_UNAVAILABLE, TEMPORAL_UNAVAILABLE */
export async function runServer(options: RunServerOptions): Promise<void> {
  const { stripe, host, port, log, stop } = options;
  if (stripe.webhookSecrets.length === 0) {
    throw new TollgateError('CONFIG_INVALID', { setting: 'STRIPE_WEBHOOK_SECRET' });
  }
  const gateway = openGateway(stripe);
  const ledger = await openLedger({ connectionString: options.databaseUrl, lanes: 1 });
  try {
    const connection = await connect(options.temporalAddress);
    try {
      const client = new Client({ connection, namespace: options.temporalNamespace });
      const { webhookSecrets } = stripe;
      const server = await openServer({
        ledger,
        client,
        log,
        host,
        port,
        stripe: { gateway, webhookSecrets },
      });
      log.info({ url: server.url, livemode: gateway.livemode }, 'server ready');
      options.onReady?.();
      if (!stop.aborted) await once(stop, 'abort');
      await server.close();
      log.info('server closed');
    } finally {
      await connection.close();
    }
  } finally {
    await ledger.close();
  }
}

async function connect(address: string): Promise<Connection> {
  try {
    return await Connection.connect({ address });
  } catch (cause) {
    throw new TollgateError('TEMPORAL_UNAVAILABLE', { address }, { cause });
  }
}
