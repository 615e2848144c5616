/** A subscription is charged for its first month at once, and for each next one an hour after it began. */
import { advanceTo, amountsOf, DAY, HOUR, openAccount, openShop, type Shop, START } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

test('a first month is paid at once, and its line covers the month', async () => {
  const { customer } = await openAccount(shop);
  const subscription = await shop.stripe.subscriptions.create({
    customer,
    items: [{ price: shop.prices['small'] as string }],
    expand: ['latest_invoice.payments'],
  });
  expect(subscription.status).toBe('active');
  const [item] = subscription.items.data;
  expect(item?.current_period_start).toBe(START);
  expect(item?.current_period_end).toBe(Date.UTC(2026, 1, 15, 12) / 1000);
  const invoice = subscription.latest_invoice;
  if (!invoice || typeof invoice === 'string') throw new Error('not expanded');
  expect(invoice).toMatchObject({
    status: 'paid',
    billing_reason: 'subscription_create',
    amount_paid: 5_000,
  });
  expect(amountsOf(invoice)).toEqual([5_000]);
  expect(invoice.payments?.data[0]).toMatchObject({ status: 'paid', amount_paid: 5_000 });
});

test('a renewal is a draft for an hour, then it is charged', async () => {
  const { customer, clock } = await openAccount(shop);
  const { id } = await shop.stripe.subscriptions.create({
    customer,
    items: [{ price: shop.prices['small'] as string }],
  });
  const renewal = Date.UTC(2026, 1, 15, 12) / 1000;
  await advanceTo(shop, clock, renewal);
  const [draft] = (await shop.stripe.invoices.list({ subscription: id })).data;
  expect(draft).toMatchObject({
    status: 'draft',
    billing_reason: 'subscription_cycle',
    period_start: START,
    period_end: renewal,
    next_payment_attempt: renewal + HOUR,
    automatically_finalizes_at: renewal + HOUR + 1,
  });
  await advanceTo(shop, clock, renewal + HOUR);
  const paid = await shop.stripe.invoices.retrieve(draft?.id ?? '');
  expect(paid).toMatchObject({ status: 'paid', amount_paid: 5_000, attempt_count: 1 });
  expect(paid.lines.data[0]?.period).toEqual({ start: renewal, end: renewal + 28 * DAY });
});
