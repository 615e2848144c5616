/**
 * What a test of subscriptions needs: the simulator, set up as `tollgate stripe sync` does; a server that
 * takes its webhooks; a worker that keeps subscriptions; and customers on clocks of their own, which the
 * ledger follows.
 */
import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { startTollgate, type RunningTollgate, type StartTollgateOptions } from '../../../index';
import { openLedger, type Ledger } from '../../../ledger';
import { subscriptionOf, type Subscription } from '../../../client/subscription';
import { DEFAULT_CATALOGUE, defineCatalogue } from '../../../core/billing/plans';
import type { Catalogue } from '../../../core/contract/plans';
import { openServer, type RunningServer, type ServerOptions } from '../../../server/open-server';
import { WEBHOOK_PATH } from '../../../server/webhook-route';
import { openGateway, type StripeGateway } from '../../../stripe/gateway';
import { startSimulator, type Simulator } from '../../../stripe/simulator/start';
import { syncStripe } from '../../../stripe/sync/sync-stripe';
import { createLog } from '../../../worker/log';
import { createTestDatabase, useDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { connectTemporal, uniqueTaskQueue, type TestTemporal } from '../../support/temporal';
import { RETURN_URL, SECRET_KEY } from './billing-settings';
import { impatientClient } from './impatient-client';
import { loadSystemBundle } from './workflow-bundle';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const START = Date.UTC(2026, 0, 15, 12) / 1_000;
export const DAY = 86_400;

export interface BillingHouse {
  readonly temporal: TestTemporal;
  readonly database: TestDatabase;
  readonly ledger: Ledger;
  readonly simulator: Simulator;
  /** The official client, as another program of the operator would use it. */
  readonly sdk: Stripe;
  readonly gateway: StripeGateway;
  readonly catalogue: Catalogue;
  readonly webhook: { readonly url: string; readonly secret: string };
  readonly taskQueue: string;
  /** An account with a customer on a clock of its own, and the drip of the free tier. */
  openAccount(options?: OpenAccountOptions): Promise<TestAccount>;
  /** An account that has never been to Stripe. */
  openNewcomer(): Promise<Newcomer>;
  /** What a worker or a server is given here takes the place of the house's own. */
  startWorker(options?: Partial<StartTollgateOptions>): Promise<RunningTollgate>;
  stopWorkers(): Promise<void>;
  startServer(options?: Partial<ServerOptions>): Promise<RunningServer>;
  stopServers(): Promise<void>;
  /** Seconds since 1970, as the ledger has it. */
  now(): number;
  /** Tells the simulator what no API of Stripe's can. */
  control(path: string, body?: object): Promise<void>;
  close(): Promise<void>;
}

export interface OpenAccountOptions {
  /** Seconds to which the clocks are set, also back: then let older accounts be. Default: where they are. */
  readonly at?: number;
}

export interface TestAccount {
  readonly account: string;
  readonly customer: string;
  readonly subscription: Subscription;
  /** Pays on a Checkout page. */
  pay(url: string, card?: string): Promise<void>;
  /** Subscribes to a pack and pays for it. `card`: a name as `pm_card_visa`. */
  buy(pack: string, card?: string): Promise<void>;
  /** Moves the customer's clock and the ledger's; resolves when every event of it was sent once. */
  advance(seconds: number): Promise<void>;
  now(): number;
}

/** Its customer is made by Tollgate, and is on a clock of the simulator's that nobody else moves. */
export interface Newcomer extends Omit<TestAccount, 'customer'> {
  /** Empty before there is one. */
  findCustomer(): Promise<string>;
}

export interface BillingHouseOptions {
  readonly policies?: Partial<Catalogue['policies']>;
  /** By how many seconds the ledger's clock is ahead of Stripe's. Default 0. */
  readonly skew?: number;
  /** Servers of the test's own; default: those of the run. */
  readonly temporalAddress?: string;
  readonly databaseUrl?: string;
  /** Workers are killed: nobody waits long for what they took along. */
  readonly impatient?: boolean;
}

export async function openBillingHouse({
  policies,
  skew = 0,
  temporalAddress,
  databaseUrl,
  impatient = false,
}: BillingHouseOptions = {}): Promise<BillingHouse> {
  const catalogue = defineCatalogue({
    ...DEFAULT_CATALOGUE,
    policies: { ...DEFAULT_CATALOGUE.policies, ...policies },
  });
  let seconds = START;
  const connected = await connectTemporal(temporalAddress);
  const interceptors = { workflow: impatient ? [impatientClient] : [] };
  const temporal = { ...connected, client: connected.createClient({ interceptors }) };
  const database = await (databaseUrl === undefined
    ? createTestDatabase()
    : useDatabase(databaseUrl));
  const ledger = await openLedger({
    connectionString: database.url,
    now: () => new Date((seconds + skew) * 1_000),
  });
  const simulator = await startSimulator({ clock: () => START * 1_000 });
  const stripe = { secretKey: SECRET_KEY, apiUrl: simulator.url, catalogue };
  const sdk = new Stripe(SECRET_KEY, {
    host: simulator.host,
    port: simulator.port,
    protocol: 'http',
    telemetry: false,
  });
  const gateway = openGateway(stripe);
  const taskQueue = uniqueTaskQueue('billing');
  const secret = `whsec_${randomUUID().replaceAll('-', '')}`;
  const servers = new Set<RunningServer>();
  const workers = new Set<RunningTollgate>();
  let port = 0;

  async function startServer(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
    const server = await openServer({
      ledger,
      client: temporal.client,
      taskQueue,
      log: createLog('silent'),
      port,
      stripe: { gateway, webhookSecrets: [house.webhook.secret] },
      ...options,
    });
    port = Number(new URL(server.url).port);
    servers.add(server);
    return server;
  }

  function actsOf(account: string): Omit<TestAccount, 'customer' | 'advance'> {
    const subscription = subscriptionOf(temporal.client, account, { taskQueue });
    async function pay(url: string, card = '4242424242424242'): Promise<void> {
      const body = new URLSearchParams({ outcome: 'pay', card });
      const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' });
      if (answer.status !== 303) throw new Error(`Checkout answered ${answer.status}`);
      await simulator.settled();
    }
    return {
      account,
      subscription,
      pay,
      now: () => seconds,
      async buy(pack, card) {
        const answer = await subscription.subscribe({ pack });
        if (!('url' in answer)) throw new Error('no Checkout page');
        await pay(answer.url, card);
      },
    };
  }

  const house = {
    temporal,
    database,
    ledger,
    simulator,
    sdk,
    gateway,
    catalogue,
    webhook: { url: '', secret },
    taskQueue,
    startServer,
    async stopServers() {
      await Promise.all([...servers].map((server) => server.close()));
      servers.clear();
    },
    now: () => seconds,
    async startWorker(options: Partial<StartTollgateOptions> = {}) {
      const worker = await startTollgate({
        connection: temporal.nativeConnection,
        ledger,
        taskQueue,
        workflowBundle: await loadSystemBundle(),
        billing: { gateway, catalogue, returnUrl: RETURN_URL },
        topUps: { everyMs: 200 },
        ...options,
      });
      workers.add(worker);
      return worker;
    },
    async stopWorkers() {
      await Promise.all([...workers].map((worker) => worker.stop()));
      workers.clear();
    },
    async openAccount({ at = seconds }: OpenAccountOptions = {}): Promise<TestAccount> {
      seconds = at;
      const account = `acct-${randomUUID()}`;
      await ledger.openAccount(account);
      const clock = await sdk.testHelpers.testClocks.create({ frozen_time: seconds });
      const { id } = await sdk.customers.create({ test_clock: clock.id, name: account });
      await gateway.linkCustomer(account, id);
      await ledger.setStripeCustomer(account, id);
      return {
        ...actsOf(account),
        customer: id,
        async advance(by) {
          seconds += by;
          await sdk.testHelpers.testClocks.advance(clock.id, { frozen_time: seconds });
          await simulator.settled();
        },
      };
    },
    async openNewcomer(): Promise<Newcomer> {
      const account = `acct-${randomUUID()}`;
      await ledger.openAccount(account);
      // Asked for again where PostgreSQL is away, as it is where it is killed.
      const findCustomer = async (): Promise<string> => {
        const place = await eventually(() => ledger.readStripePlace(account), {
          deadlineMs: 120_000,
        });
        return place.customer ?? '';
      };
      return {
        ...actsOf(account),
        findCustomer,
        async advance(by) {
          seconds += by;
          await gateway.moveTime(await findCustomer(), seconds);
          await simulator.settled();
        },
      };
    },
    async control(path: string, body: object = {}) {
      const answer = await fetch(`${simulator.url}/_simulator/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async close() {
      try {
        await house.stopServers();
        await house.stopWorkers();
        await simulator.stop();
        await temporal.close();
        const { ok, checks } = await ledger.doctor();
        if (!ok) throw new Error(`The books do not add up: ${JSON.stringify(checks)}`);
      } finally {
        await ledger.close();
        await database.drop();
      }
    },
  };

  const { url } = await startServer();
  const webhookUrl = `${url}${WEBHOOK_PATH}`;
  const synced = await syncStripe({ ...stripe, webhookUrl });
  house.webhook = { url: webhookUrl, secret: synced.webhookSecret ?? '' };
  // It knows the secret only now.
  await house.stopServers();
  await startServer();
  await house.startWorker();
  return house;
}
