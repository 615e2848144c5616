/**
 * A simulator with the plans of a small shop in it, and the official client pointing at it. Every test
 * file opens its own.
 */
import type Stripe from 'stripe';
import { connect } from '../checked-client';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../stripe/simulator/start';

export const START = Date.UTC(2026, 0, 15, 12, 0, 0) / 1000;
export const HOUR = 3_600;
export const DAY = 86_400;

export interface Shop {
  simulator: Simulator;
  stripe: Stripe;
  /** Price ids by lookup key. */
  prices: Record<string, string>;
  /** Tells the simulator what no API of Stripe's can. */
  control(path: string, body?: object): Promise<unknown>;
  /** Fails when an answer or an event was not as Stripe describes it. */
  close(): Promise<void>;
}

/** Cents a month. */
const PLANS = { pro: 3_000, ten: 1_000, twenty: 2_000, small: 5_000, large: 22_000 };

export async function openShop(options: SimulatorOptions = {}): Promise<Shop> {
  const simulator = await startSimulator({ clock: () => START * 1000, ...options });
  const faults: string[] = [];
  const stripe = connect(simulator, faults);
  const prices: Record<string, string> = {};
  for (const [key, amount] of Object.entries(PLANS)) {
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: amount,
      recurring: { interval: 'month' },
      lookup_key: key,
      product_data: { name: `Plan ${key}` },
    });
    prices[key] = price.id;
  }
  return {
    simulator,
    stripe,
    prices,
    async control(path, body = {}) {
      const answer = await fetch(`${simulator.url}/_simulator/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.json();
    },
    async close() {
      // Reading the events holds each of them against the schema, and the object inside it.
      await stripe.events.list({ limit: 100 }).autoPagingEach(() => undefined);
      await simulator.stop();
      expect([...new Set(faults)]).toEqual([]);
    },
  };
}

/** A customer on a clock of its own, with a card to charge. */
export async function openAccount(
  shop: Shop,
  { at = START, card = 'pm_card_visa' } = {},
): Promise<{ clock: string; customer: string; card: string }> {
  const { stripe } = shop;
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: at });
  const customer = await stripe.customers.create({ test_clock: clock.id, email: 'a@example.com' });
  const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
  await stripe.customers.update(customer.id, {
    invoice_settings: { default_payment_method: method.id },
  });
  return { clock: clock.id, customer: customer.id, card: method.id };
}

/** Moves a clock and waits until everything due has been done and told. */
export async function advanceTo(shop: Shop, clock: string, instant: number): Promise<void> {
  await shop.stripe.testHelpers.testClocks.advance(clock, { frozen_time: instant });
  await shop.simulator.settled();
  const { status } = await shop.stripe.testHelpers.testClocks.retrieve(clock);
  if (status !== 'ready') throw new Error(`the clock is ${status}`);
}

/** Cents of an invoice's lines, in their order. */
export function amountsOf(invoice: Stripe.Invoice): number[] {
  return invoice.lines.data.map((line) => line.amount);
}
