/**
 * The promise: a person with a browser can buy, decline, cancel, come back, change the card, read and pay
 * invoices and move time on the simulator's pages, and each page says that it is a simulator.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import Stripe from 'stripe';
import { startSimulator, type Simulator } from '../../stripe/simulator/start';
import { startBrowser, type TestBrowser } from './support/browser';

const NOW = Date.UTC(2026, 0, 15, 12) / 1_000;
const RENEWAL = Date.UTC(2026, 1, 15, 12) / 1_000;

let simulator: Simulator;
let stripe: Stripe;
let browser: TestBrowser;
let page: Page;
let price: string;

beforeAll(async () => {
  simulator = await startSimulator({ clock: () => NOW * 1_000 });
  const { host, port } = simulator;
  stripe = new Stripe('sk_test_shop', { host, port, protocol: 'http', telemetry: false });
  const made = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 5_000,
    recurring: { interval: 'month' },
    product_data: { name: 'Agent 200' },
  });
  price = made.id;
  await stripe.billingPortal.configurations.create({
    features: {
      subscription_cancel: { enabled: true },
      payment_method_update: { enabled: true },
      invoice_history: { enabled: true },
    },
  });
  browser = await startBrowser();
  page = await browser.openPage();
});
afterAll(async () => {
  await browser.close();
  await simulator.stop();
});
afterEach(() => look());

/** Every page says what it is, and fits on a phone. With TOLLGATE_SCREENSHOTS it is kept to be looked at. */
async function look(): Promise<void> {
  await page.getByRole('note').filter({ hasText: 'Simulated Stripe' }).waitFor();
  const folder = process.env['TOLLGATE_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const name = (await page.title()).replaceAll(/\W+/g, '-');
  await page.screenshot({ path: join(folder, `${name}-${Date.now()}.png`), fullPage: true });
}

async function openClock(): Promise<{ clock: string; customer: string }> {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: NOW, name: 'acme' });
  const { id } = await stripe.customers.create({ test_clock: clock.id, email: 'a@example.com' });
  return { clock: clock.id, customer: id };
}

async function openCheckout(customer: string): Promise<Stripe.Checkout.Session> {
  return stripe.checkout.sessions.create({
    mode: 'subscription',
    customer,
    line_items: [{ price, quantity: 1 }],
    // Pages of the simulator: the browser reaches nothing else.
    success_url: `${simulator.url}/clocks?paid`,
    cancel_url: `${simulator.url}/clocks?canceled`,
  });
}

async function chooseCard(number: string): Promise<void> {
  await page.getByLabel('Card').selectOption(number);
}

async function subscribed(): Promise<{ clock: string; customer: string; subscription: string }> {
  const { clock, customer } = await openClock();
  const { id: card } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  const settings = { default_payment_method: card };
  await stripe.customers.update(customer, { invoice_settings: settings });
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price }] });
  return { clock, customer, subscription: id };
}

it('Checkout: a declined card is told of, another pays, and the customer comes back', async () => {
  const { customer } = await openClock();
  const { id, url } = await openCheckout(customer);
  await page.goto(url ?? '');
  await page.getByText('Agent 200').waitFor();
  await chooseCard('4000000000009995');
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.getByRole('alert').filter({ hasText: 'insufficient funds' }).waitFor();
  await look();
  await chooseCard('4242424242424242');
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.waitForURL(/paid/);
  const session = await stripe.checkout.sessions.retrieve(id);
  expect(session).toMatchObject({ status: 'complete', payment_status: 'paid' });
});

it('Checkout: whoever goes back has bought nothing', async () => {
  const { customer } = await openClock();
  const { url } = await openCheckout(customer);
  await page.goto(url ?? '');
  await page.getByRole('button', { name: 'Back to the shop' }).click();
  await page.waitForURL(/canceled/);
  expect((await stripe.subscriptions.list({ customer })).data).toEqual([]);
});

it('the portal: another card, the end of a subscription and the way back, an invoice', async () => {
  const { customer, subscription } = await subscribed();
  const { url } = await stripe.billingPortal.sessions.create({ customer });
  await page.goto(url);
  await chooseCard('5555555555554444');
  await page.getByRole('button', { name: 'Use this card' }).click();
  await page.getByText('mastercard ending in 4444, default').waitFor();
  await page.getByRole('button', { name: 'Cancel the subscription' }).click();
  await page.getByText(/ends on/).waitFor();
  await look();
  const ending = await stripe.subscriptions.retrieve(subscription);
  expect(ending.cancel_at).toBe(RENEWAL);
  await page.getByRole('button', { name: 'Keep the subscription' }).click();
  await page.getByText(/renews on/).waitFor();
  expect((await stripe.subscriptions.retrieve(subscription)).cancel_at).toBeNull();
  await page.getByRole('listitem').filter({ hasText: 'paid' }).getByRole('link').click();
  await page.getByRole('heading', { name: /Invoice/ }).waitFor();
});

it('time moves to the renewal; its invoice, unpaid, is paid on its page', async () => {
  const { customer, clock, subscription } = await subscribed();
  const [card] = (await stripe.paymentMethods.list({ customer })).data;
  await fetch(`${simulator.url}/_simulator/payment_methods/${card?.id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ decline: 'generic_decline' }),
  });
  await page.goto(`${simulator.url}/clocks`);
  const panel = page.getByRole('region', { name: 'acme' }).last();
  await panel.getByRole('button', { name: 'To what comes next' }).click();
  await panel.getByText('2026-02-15T12:00:00.000Z').first().waitFor();
  await panel.getByRole('button', { name: '+1 hour' }).click();
  await panel.getByText('2026-02-15T13:00:00.000Z').first().waitFor();
  await look();
  const { frozen_time } = await stripe.testHelpers.testClocks.retrieve(clock);
  expect(frozen_time).toBe(RENEWAL + 3_600);
  const [invoice] = (await stripe.invoices.list({ subscription, status: 'open' })).data;
  await page.goto(invoice?.hosted_invoice_url ?? '');
  await chooseCard('4242424242424242');
  await page.getByRole('button', { name: 'Pay' }).click();
  await page.getByText('paid', { exact: true }).waitFor();
  expect(await stripe.subscriptions.retrieve(subscription)).toMatchObject({ status: 'active' });
});
