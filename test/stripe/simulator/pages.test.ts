/** A person can pay an open invoice and move a clock with a browser alone, and nothing typed is ever HTML. */
import { advanceTo, HOUR, openAccount, openShop, type Shop } from './shop';

const RENEWAL = Date.UTC(2026, 1, 15, 12) / 1000;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const fill = (path: string, form: Record<string, string>) =>
  fetch(`${shop.simulator.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
  });

test('an invoice whose card asks for the cardholder is paid on its page', async () => {
  const { customer, clock, card } = await openAccount(shop);
  const { id } = await shop.stripe.subscriptions.create({
    customer,
    items: [{ price: shop.prices['small'] as string }],
  });
  await shop.control(`payment_methods/${card}`, { needsAuthentication: true });
  await advanceTo(shop, clock, RENEWAL + HOUR);
  const [invoice] = (await shop.stripe.invoices.list({ subscription: id })).data;
  expect(invoice?.status).toBe('open');
  const asked = await shop.stripe.events.list({ type: 'invoice.payment_action_required' });
  expect(asked.data).toHaveLength(1);
  const path = `/invoice/${invoice?.id}`;
  const refused = await fill(path, { card: '4000000000000341' });
  expect(refused.status).toBe(402);
  expect(await refused.text()).toContain('Your card was declined.');
  expect((await fill(path, { card: '4000002760003184' })).status).toBe(303);
  expect(await shop.stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'active' });
});

test('the panel moves a clock to what comes next', async () => {
  const { customer, clock } = await openAccount(shop);
  await shop.stripe.subscriptions.create({
    customer,
    items: [{ price: shop.prices['small'] as string }],
  });
  const page = await (await fetch(`${shop.simulator.url}/clocks`)).text();
  expect(page).toContain('+1 hour');
  expect((await fill('/clocks', { clock, until: String(RENEWAL) })).status).toBe(303);
  expect(await shop.stripe.testHelpers.testClocks.retrieve(clock)).toMatchObject({
    status: 'ready',
    frozen_time: RENEWAL,
  });
  expect((await fill('/clocks', { clock, seconds: '-5' })).status).toBe(400);
});

test('what customers and shops typed is shown as text', async () => {
  const { customer } = await openAccount(shop);
  const session = await shop.stripe.checkout.sessions.create({
    mode: 'payment',
    customer,
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: 'usd',
          unit_amount: 100,
          product_data: { name: '<script>alert(1)</script>' },
        },
      },
    ],
    success_url: 'http://shop.example/done',
  });
  const page = await (await fetch(session.url ?? '')).text();
  expect(page).not.toContain('<script>');
  expect(page).toContain('alert(1)');
});
