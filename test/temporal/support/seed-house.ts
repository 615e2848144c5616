/**
 * A house in which the promises of the packs are tested as their owner would see them: accounts on clocks
 * of their own, agents that spend, and what an account has been charged. The same tests run against the
 * simulator and, with a key of a test mode in the environment, against Stripe itself.
 */
import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { z } from 'zod';
import { byOption, defineBlock, metered, TollgatePlugin } from '../../../index';
import type { BillingView } from '../../../core/contract/billing-view';
import { formatCredits } from '../../../core/contract/credits';
import { eventually } from '../../support/eventually';
import { uniqueTaskQueue } from '../../support/temporal';
import type { Step } from '../workflows/plan';
import { openBillingHouse, type BillingHouseOptions, type TestAccount } from './billing-house';
import { openTestModeHouse, readTestMode, type StripeHouse } from './test-mode-house';
import { loadWorkflowBundle } from './workflow-bundle';

export interface SeedHouse<House extends StripeHouse = StripeHouse> {
  readonly house: House;
  /** Opens an account at an ISO time. */
  openAt(time: string): Promise<SeedAccount>;
  close(): Promise<void>;
}

export interface SeedAccount extends TestAccount {
  /** Subscribes, pays, and looks. */
  subscribed(pack: string, card?: string): Promise<BillingView>;
  /** Moves the clocks to an ISO time, and looks. */
  until(time: string): Promise<BillingView>;
  /** What the ledger says is there right now. */
  balance(): Promise<string>;
  /** A run of an agent with a chat turn each; answers what each turn charged, or its refusal. */
  chat(...turns: readonly Turn[]): Promise<readonly unknown[]>;
  /** Spends so many credits, by one turn with that much data. */
  spend(credits: number): Promise<void>;
  /** From now on the subscription is charged to this card. */
  useCard(card: string): Promise<void>;
  /** All but drafts, oldest first. */
  invoices(): Promise<readonly Stripe.Invoice[]>;
}

export interface Turn {
  readonly model?: 'claude' | 'chatgpt' | 'gemini' | 'grok';
  /** Data that the turn pulls in: half a credit per KB. */
  readonly kb?: number;
  readonly member?: string;
}

/** What a turn costs: by its model, and half a credit per KB. */
export const TURN_PRICE = metered({
  base: byOption('model', { grok: '1', gemini: '2', chatgpt: '3', claude: '4' }),
  rates: { kb: '0.5' },
  reserve: { units: { kb: 0 } },
});

const chatTurn = defineBlock({
  name: 'chat_turn',
  input: z.object({ model: z.string(), kb: z.number() }),
  price: TURN_PRICE,
  run: ({ model, kb }, { meter }) => {
    meter.add('kb', kb);
    return Promise.resolve(model);
  },
});

/** On the simulator, or on the Stripe of the key that is given. */
export async function openSeedHouse(options: BillingHouseOptions = {}): Promise<SeedHouse> {
  const mode = readTestMode();
  return openSeed(await (mode ? openTestModeHouse(mode, options) : openBillingHouse(options)));
}

export async function openSeed<House extends StripeHouse>(house: House): Promise<SeedHouse<House>> {
  const { temporal, ledger, sdk } = house;
  const taskQueue = uniqueTaskQueue('agents');
  const client = temporal.createClient({ plugins: [new TollgatePlugin()] });
  const worker = await temporal.startWorker({
    taskQueue,
    workflowBundle: await loadWorkflowBundle(),
    plugins: [
      new TollgatePlugin({
        ledger,
        blocks: [chatTurn],
        reaper: false,
        systemTaskQueue: house.taskQueue,
      }),
    ],
  });

  async function openAt(time: string): Promise<SeedAccount> {
    const opened = await house.openAccount({ at: secondsOf(time) });
    const { account, customer, subscription } = opened;
    const self: SeedAccount = {
      ...opened,
      async subscribed(pack, card) {
        await opened.buy(pack, card);
        return eventually(async () => {
          const view = await subscription.refresh();
          return view.subscription.plan === pack && view;
        });
      },
      async until(later) {
        await opened.advance(secondsOf(later) - opened.now());
        return subscription.refresh();
      },
      async balance() {
        return formatCredits((await ledger.readAccount(account)).balance);
      },
      async chat(...turns) {
        const steps = turns.map(({ model = 'grok', kb = 0 }): Step => ({
          call: 'chat_turn',
          input: { model, kb },
          catchRefusal: true,
        }));
        const member = turns[0]?.member;
        return client.workflow.execute('plan', {
          taskQueue,
          workflowId: `chat-${randomUUID()}`,
          args: [steps],
          tollgate: { account, ...(member === undefined ? {} : { member }) },
        });
      },
      async spend(credits) {
        await self.chat({ model: 'grok', kb: (credits - 1) * 2 });
      },
      async useCard(card) {
        const method = await sdk.paymentMethods.attach(card, { customer });
        const { data } = await sdk.subscriptions.list({ customer });
        for (const { id } of data) {
          await sdk.subscriptions.update(id, { default_payment_method: method.id });
        }
        await sdk.customers.update(customer, {
          invoice_settings: { default_payment_method: method.id },
        });
      },
      async invoices() {
        const { data } = await sdk.invoices.list({ customer, limit: 100 });
        return data.filter(({ status }) => status !== 'draft').reverse();
      },
    };
    return self;
  }

  return {
    house,
    openAt,
    async close() {
      try {
        await worker.stop();
      } finally {
        await house.close();
      }
    },
  };
}

export function secondsOf(time: string): number {
  return Date.parse(time) / 1_000;
}

/** A subscription from before the packs, with Pro alone. */
export async function buyPro(
  { sdk }: StripeHouse,
  { account, customer }: SeedAccount,
): Promise<Stripe.Subscription> {
  const [price] = (await sdk.prices.list({ lookup_keys: ['tollgate_pro'] })).data;
  const card = await sdk.paymentMethods.attach('pm_card_visa', { customer });
  return sdk.subscriptions.create({
    customer,
    items: [{ price: price?.id ?? '' }],
    default_payment_method: card.id,
    billing_mode: { type: 'flexible' },
    metadata: { tollgate_account: account },
  });
}

/** What was paid on each of its invoices, in cents, oldest first. */
export async function paid(account: SeedAccount): Promise<readonly number[]> {
  return (await account.invoices()).map(({ amount_paid }) => amount_paid);
}
