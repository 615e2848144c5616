/**
 * Provides Stripe: the real one where the environment has a key, else the simulator, set up for what is sold.
 * Without a webhook secret no server is started for the real one: nobody could tell its events from forged ones.
 */
import { syncStripe } from '../stripe/sync/sync-stripe';
import { WEBHOOK_PATH } from '../server/webhook-route';
import type { StripeEnvironment } from '../worker/stripe-environment';
import { readStripeEnvironment } from '../worker/stripe-environment';
import { findFreePort, LOOPBACK } from './free-port';
import { logFileIn, type Part, startModule } from './part';
import type { Progress } from './progress';

/** Any test key will do for the simulator. */
const SIMULATED_KEY = 'sk_test_simulated';
const USUAL_SIMULATOR_PORT = 12_111;
const USUAL_SERVER_PORT = 8_080;
const PROGRAM = 'cli/main.js';

export interface ProvidedStripe {
  /** For people: which Stripe this is. */
  readonly said: string;
  /** Variables for the worker and the server. */
  readonly env: Readonly<Record<string, string>>;
  /** Address of the simulator; absent for the real Stripe. */
  readonly simulatorUrl?: string;
  /** Port of the server; absent where none is to be started. */
  readonly serverPort?: number;
  readonly part?: Part;
}

export interface StripeOptions {
  readonly folder: string;
  readonly usualPorts?: boolean;
  readonly progress: Progress;
}

export async function provideStripe(options: StripeOptions): Promise<ProvidedStripe> {
  const given = readStripeEnvironment();
  if (given) return describeGiven(given, options);
  if (process.env.NODE_ENV === 'production') {
    return { said: 'none: NODE_ENV is production, and there is no STRIPE_SECRET_KEY', env: {} };
  }
  return simulate(options);
}

async function describeGiven(
  { secretKey, apiUrl, webhookSecrets }: StripeEnvironment,
  { usualPorts }: StripeOptions,
): Promise<ProvidedStripe> {
  const mode = /_live_/.test(secretKey) ? 'live mode: real money' : 'test mode';
  const where = apiUrl === undefined ? `real Stripe, ${mode}` : `what answers at ${apiUrl}`;
  if (webhookSecrets.length === 0) {
    return { said: `${where}; no webhooks are taken without STRIPE_WEBHOOK_SECRET`, env: {} };
  }
  const serverPort = await findFreePort(usualPorts ? USUAL_SERVER_PORT : 0);
  return { said: where, env: {}, serverPort };
}

async function simulate({ folder, usualPorts, progress }: StripeOptions): Promise<ProvidedStripe> {
  progress('starting the simulated Stripe …');
  const port = await findFreePort(usualPorts ? USUAL_SIMULATOR_PORT : 0);
  const serverPort = await findFreePort(usualPorts ? USUAL_SERVER_PORT : 0);
  const part = await startModule('Simulator', PROGRAM, {
    args: ['simulator', '--port', String(port)],
    logFile: logFileIn(folder, 'simulator'),
  });
  try {
    const simulatorUrl = `http://${LOOPBACK}:${port}`;
    const env = {
      STRIPE_SECRET_KEY: SIMULATED_KEY,
      STRIPE_API_URL: simulatorUrl,
      TOLLGATE_RETURN_URL: process.env.TOLLGATE_RETURN_URL || `${simulatorUrl}/clocks`,
    };
    const { catalogue } = readStripeEnvironment({ ...process.env, ...env }) ?? fail();
    const { webhookSecret } = await syncStripe({
      secretKey: SIMULATED_KEY,
      apiUrl: simulatorUrl,
      catalogue,
      webhookUrl: `http://${LOOPBACK}:${serverPort}${WEBHOOK_PATH}`,
    });
    return {
      said: 'simulated, in memory: there is no STRIPE_SECRET_KEY',
      env: { ...env, STRIPE_WEBHOOK_SECRET: webhookSecret ?? fail() },
      simulatorUrl,
      serverPort,
      part,
    };
  } catch (error) {
    await part.stop();
    throw error;
  }
}

/** Takes Stripe's webhooks. Undefined where nothing could be taken. */
export async function startServer(
  { env, serverPort }: ProvidedStripe,
  places: Readonly<Record<string, string>>,
  folder: string,
): Promise<Part | undefined> {
  if (serverPort === undefined) return undefined;
  return startModule('Server', PROGRAM, {
    args: ['server', '--host', LOOPBACK, '--port', String(serverPort)],
    env: { ...places, ...env },
    logFile: logFileIn(folder, 'server'),
  });
}

function fail(): never {
  throw new Error('The simulator has just been made and is not set up.');
}
