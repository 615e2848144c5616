/**
 * The house on Stripe itself, in test mode. No webhook can reach it, so every test asks the workflow to
 * look; and nobody can fill in a Checkout page by program, so a subscription is made by a call, as
 * Checkout would make it. Everything it makes hangs on test clocks, which are deleted in the end; the
 * products and prices of `tollgate stripe sync` stay.
 */
import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { startTollgate } from '../../../index';
import { subscriptionOf } from '../../../client/subscription';
import { DEFAULT_CATALOGUE, defineCatalogue } from '../../../core/billing/plans';
import { openLedger } from '../../../ledger';
import { API_VERSION } from '../../../stripe/connection';
import { openGateway } from '../../../stripe/gateway';
import { ACCOUNT } from '../../../stripe/metadata';
import { syncStripe } from '../../../stripe/sync/sync-stripe';
import { createTestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { connectTemporal, uniqueTaskQueue } from '../../support/temporal';
import type { BillingHouse, BillingHouseOptions, TestAccount } from './billing-house';
import { loadSystemBundle } from './workflow-bundle';

/** What a house on Stripe itself has as well. */
export type StripeHouse = Pick<
  BillingHouse,
  'temporal' | 'ledger' | 'sdk' | 'taskQueue' | 'openAccount' | 'close'
>;

export interface TestMode {
  /** `sk_test_…` */
  readonly secretKey: string;
  /** Another place that answers as Stripe does. */
  readonly apiUrl?: string;
}

const START = Date.UTC(2026, 0, 15, 12) / 1_000;
/** Stripe moves a clock over a month in about half a minute. */
const ADVANCE_MS = 150_000;

/** Undefined where no key is given. Refuses every key that is not one of a test mode. */
export function readTestMode(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): TestMode | undefined {
  const secretKey = environment['TOLLGATE_TEST_STRIPE_KEY'];
  if (secretKey === undefined || secretKey === '') return undefined;
  if (!/^(?:sk|rk)_test_\w+$/.test(secretKey)) {
    throw new Error('The tests run with a key of the test mode alone: sk_test_… or rk_test_…');
  }
  const apiUrl = environment['TOLLGATE_TEST_STRIPE_URL'];
  return { secretKey, ...(apiUrl ? { apiUrl } : {}) };
}

export async function openTestModeHouse(
  mode: TestMode,
  { policies }: BillingHouseOptions = {},
): Promise<StripeHouse> {
  const catalogue = defineCatalogue({
    ...DEFAULT_CATALOGUE,
    policies: { ...DEFAULT_CATALOGUE.policies, ...policies },
  });
  const stripe = { ...mode, catalogue };
  await syncStripe(stripe);
  const gateway = openGateway(stripe);
  const sdk = connect(mode);
  const temporal = await connectTemporal();
  const database = await createTestDatabase();
  let seconds = START;
  const ledger = await openLedger({
    connectionString: database.url,
    now: () => new Date(seconds * 1_000),
  });
  const taskQueue = uniqueTaskQueue('billing');
  const worker = await startTollgate({
    connection: temporal.nativeConnection,
    ledger,
    taskQueue,
    workflowBundle: await loadSystemBundle(),
    billing: { gateway, catalogue, returnUrl: 'https://shop.example/billing' },
  });
  const clocks: string[] = [];

  async function openAccount({
    at = seconds,
  }: { readonly at?: number } = {}): Promise<TestAccount> {
    seconds = at;
    const account = `acct-${randomUUID()}`;
    await ledger.openAccount(account);
    const clock = await sdk.testHelpers.testClocks.create({ frozen_time: seconds });
    clocks.push(clock.id);
    const { id: customer } = await sdk.customers.create({ test_clock: clock.id, name: account });
    await gateway.linkCustomer(account, customer);
    await ledger.setStripeCustomer(account, customer);
    return {
      account,
      customer,
      subscription: subscriptionOf(temporal.client, account, { taskQueue }),
      now: () => seconds,
      pay: () => Promise.reject(new Error('no program can pay on a page of Stripe’s')),
      async buy(pack, card = 'pm_card_visa') {
        const lookupKey = catalogue.packs.find(({ key }) => key === pack)?.lookupKey ?? '';
        const [price] = (await sdk.prices.list({ lookup_keys: [lookupKey] })).data;
        const method = await sdk.paymentMethods.attach(card, { customer });
        await sdk.subscriptions.create({
          customer,
          items: [{ price: price?.id ?? '' }],
          default_payment_method: method.id,
          billing_mode: { type: 'flexible' },
          payment_behavior: 'error_if_incomplete',
          metadata: { [ACCOUNT]: account },
        });
      },
      async advance(by) {
        seconds += by;
        await sdk.testHelpers.testClocks.advance(clock.id, { frozen_time: seconds });
        await eventually(
          async () => (await sdk.testHelpers.testClocks.retrieve(clock.id)).status === 'ready',
          { what: 'the test clock', deadlineMs: ADVANCE_MS },
        );
      },
    };
  }

  return {
    temporal,
    ledger,
    sdk,
    taskQueue,
    openAccount,
    async close() {
      try {
        await worker.stop();
        for (const clock of clocks) await sdk.testHelpers.testClocks.del(clock);
        await temporal.close();
        const { ok, checks } = await ledger.doctor();
        if (!ok) throw new Error(`The books do not add up: ${JSON.stringify(checks)}`);
      } finally {
        await ledger.close();
        await database.drop();
      }
    },
  };
}

function connect({ secretKey, apiUrl }: TestMode): Stripe {
  const url = apiUrl === undefined ? undefined : new URL(apiUrl);
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    telemetry: false,
    ...(url
      ? {
          host: url.hostname,
          port: url.port,
          protocol: url.protocol === 'https:' ? 'https' : 'http',
        }
      : {}),
  });
}
