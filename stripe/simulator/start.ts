/**
 * Starts the simulator: an HTTP server on this machine that the official `stripe` package can talk to.
 * It refuses to run where real money could be meant. Tests start it in their own process, the development
 * run-time and `main.ts` as a part of theirs.
 */
import type { AddressInfo } from 'node:net';
import { addControl } from './control/routes';
import { createFaults } from './control/faults';
import { startAdvance } from './engine/advance';
import { catchUp, workOff } from './engine/due';
import { addPages } from './pages/routes';
import { catalogueRoutes } from './routes/catalogue';
import { checkoutRoutes } from './routes/checkout';
import { customerRoutes } from './routes/customers';
import { eventDestinationRoutes } from './routes/event-destinations';
import { eventRoutes } from './routes/events';
import { invoiceItemRoutes } from './routes/invoice-items';
import { invoiceRoutes } from './routes/invoices';
import { paymentMethodRoutes } from './routes/payment-methods';
import { portalRoutes } from './routes/portal';
import { paymentIntentRoutes } from './routes/payment-intents';
import { paymentRoutes } from './routes/payments';
import { previewRoutes } from './routes/preview';
import { subscriptionItemRoutes } from './routes/subscription-items';
import { subscriptionRoutes } from './routes/subscriptions';
import { testClockRoutes } from './routes/test-clocks';
import type { Settings } from './state/settings';
import { createWorld, type World } from './state/world';
import { createWebhookFaults } from './webhooks/faults';
import { createSender } from './webhooks/sender';
import { createApp } from './wire/app';
import type { Route } from './wire/route';

const TICK_MS = 1_000;

export interface SimulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Default: this machine only. */
  host?: string;
  /** Milliseconds since 1970, for everything that is not on a test clock. */
  clock?: () => number;
  /** The same seed and the same requests give the same ids, retry times and faults. */
  seed?: string;
  settings?: Partial<Settings>;
  /** Endpoints to deliver to from the start; each answers its secret. */
  webhooks?: { url: string; events?: string[]; secret: string }[];
}

export interface Simulator {
  url: string;
  host: string;
  port: number;
  /** Resolves when every event has had its first delivery and no clock is advancing. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  refuseProduction(process.env);
  const { host = '127.0.0.1', seed = 'simulator', clock = Date.now } = options;
  const world = createWorld({ seed, clock });
  Object.assign(world.settings, options.settings);
  const sender = createSender(world, createWebhookFaults(seed));
  world.onEvents((events) => sender.send(events));
  addEndpoints(world, options.webhooks ?? []);

  const advances = new Set<Promise<void>>();
  const advance = (id: string, target: number): Promise<void> => {
    const run = startAdvance(world, id, target, () => sender.flush());
    advances.add(run);
    // A bug there shows as `internal_failure` on the clock.
    void run.catch(() => undefined).finally(() => advances.delete(run));
    return run;
  };
  const shift = async (seconds: number): Promise<void> => {
    const target = world.wallNow() + seconds;
    try {
      await workOff(world, null, target, () => sender.flush());
    } finally {
      world.holdAt(null, null);
    }
    world.shiftWall(target - world.wallNow());
  };

  // Everything due is due at a whole second, and later than it was made.
  let caughtUp = -1;
  const catchUpOnce = (): void => {
    if (world.wallNow() === caughtUp) return;
    caughtUp = world.wallNow();
    catchUp(world);
  };

  const faults = createFaults();
  const app = createApp({
    world,
    faults,
    routes: routesOf((id, target) => void advance(id, target)),
    catchUp: catchUpOnce,
  });
  addControl(app, { world, sender, faults, shift, moveTo: advance });
  addPages(app, {
    world,
    catchUp: catchUpOnce,
    moveTo: (id, instant) =>
      id ? world.atomically(() => advance(id, instant)) : shift(instant - world.wallNow()),
  });
  await app.listen({ host, port: options.port ?? 0 });
  const { port } = app.server.address() as AddressInfo;
  const url = `http://${host}:${port}`;
  world.setUrl(url);
  const tick = setInterval(catchUpOnce, TICK_MS);
  tick.unref();

  return {
    url,
    host,
    port,
    async settled() {
      while (advances.size > 0) await Promise.allSettled([...advances]);
      await sender.flush();
    },
    async stop() {
      clearInterval(tick);
      sender.stop();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

function routesOf(advance: (id: string, target: number) => void): Route[] {
  return [
    ...customerRoutes,
    ...catalogueRoutes,
    ...paymentMethodRoutes,
    ...previewRoutes,
    ...subscriptionRoutes,
    ...subscriptionItemRoutes,
    ...invoiceRoutes,
    ...invoiceItemRoutes,
    ...paymentRoutes,
    ...paymentIntentRoutes,
    ...checkoutRoutes,
    ...portalRoutes,
    ...eventRoutes,
    ...eventDestinationRoutes,
    ...testClockRoutes(advance),
  ];
}

/** The simulator makes money out of nothing, so it must not stand where real money is expected. */
export function refuseProduction(environment: Record<string, string | undefined>): void {
  if (environment['NODE_ENV'] === 'production') {
    throw new Error('The Stripe simulator does not run with NODE_ENV=production.');
  }
  const live = Object.entries(environment).find(([, value]) => /^(sk|rk)_live_/.test(value ?? ''));
  if (live) {
    throw new Error(`The Stripe simulator does not run beside a live Stripe key (${live[0]}).`);
  }
}

function addEndpoints(world: World, endpoints: NonNullable<SimulatorOptions['webhooks']>): void {
  for (const { url, events = ['*'], secret } of endpoints) {
    world.atomically(() =>
      world.put({
        id: world.newId('we'),
        object: 'webhook_endpoint',
        api_version: null,
        application: null,
        created: world.wallNow(),
        description: null,
        enabled_events: events,
        livemode: false,
        metadata: {},
        secret,
        status: 'enabled',
        url,
      }),
    );
  }
}
