/**
 * The behaviour that Tollgate relies on, case by case, to the cent and the second. The source of each is in
 * its name: D for Stripe's documentation, W for what others recorded from the real Stripe.
 */
import type Stripe from 'stripe';
import { advanceTo, amountsOf, DAY, HOUR, openAccount, openShop, type Shop } from './shop';

/** A month of exactly 30 days, so that shares come out even. */
const APRIL = Date.UTC(2026, 3, 1) / 1000;
const MAY = Date.UTC(2026, 4, 1) / 1000;
const MID_APRIL = APRIL + 15 * DAY;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

interface Opened {
  clock: string;
  customer: string;
  card: string;
  subscription: Stripe.Subscription;
}

async function subscribe(
  plans: string[],
  options: Partial<Stripe.SubscriptionCreateParams> = {},
): Promise<Opened> {
  const account = await openAccount(shop, { at: APRIL });
  const subscription = await shop.stripe.subscriptions.create({
    customer: account.customer,
    items: plans.map((plan) => ({ price: priceOf(plan) })),
    ...options,
  });
  return { ...account, subscription };
}

function priceOf(plan: string): string {
  const id = shop.prices[plan];
  if (!id) throw new Error(`there is no plan ${plan}`);
  return id;
}

/** Items are found by price: their order is not promised. */
function itemOf(subscription: Stripe.Subscription, plan: string): string {
  const item = subscription.items.data.find((it) => it.price.id === priceOf(plan));
  if (!item) throw new Error(`no item is ${plan}`);
  return item.id;
}

async function latest(subscription: string): Promise<Stripe.Invoice> {
  const [invoice] = (await shop.stripe.invoices.list({ subscription })).data;
  if (!invoice) throw new Error('there is no invoice');
  return invoice;
}

async function typesAbout(id: string): Promise<string[]> {
  const types: string[] = [];
  await shop.stripe.events.list({ limit: 100 }).autoPagingEach((event) => {
    const object = event.data.object as { id?: string };
    if (object.id === id) types.push(event.type);
  });
  return types.reverse();
}

function change(
  { subscription }: Opened,
  [from, to]: [string, string],
  options: Partial<Stripe.SubscriptionUpdateParams> = {},
): Promise<Stripe.Subscription> {
  return shop.stripe.subscriptions.update(subscription.id, {
    items: [{ id: itemOf(subscription, from), price: priceOf(to) }],
    ...options,
  });
}

describe('prorations', () => {
  test('W: 20 to 10 with a third of the month left is -6.67 + 3.33 = -3.34', async () => {
    const opened = await subscribe(['twenty']);
    await advanceTo(shop, opened.clock, APRIL + 20 * DAY);
    await change(opened, ['twenty', 'ten'], { proration_behavior: 'create_prorations' });
    const pending = await shop.stripe.invoiceItems.list({
      customer: opened.customer,
      pending: true,
    });
    expect(pending.data.map((it) => it.amount).sort((a, b) => a - b)).toEqual([-667, 333]);
  });

  test('D: 10 to 20 in the middle, billed at once, costs 5.00', async () => {
    const opened = await subscribe(['ten']);
    await advanceTo(shop, opened.clock, MID_APRIL);
    await change(opened, ['ten', 'twenty'], { proration_behavior: 'always_invoice' });
    const invoice = await latest(opened.subscription.id);
    expect(invoice).toMatchObject({
      billing_reason: 'subscription_update',
      status: 'paid',
      amount_paid: 500,
    });
    expect(invoice.lines.data.map((line) => [line.amount, line.description])).toEqual([
      [-500, 'Unused time on Plan ten after 16 Apr 2026'],
      [1_000, 'Remaining time on Plan twenty after 16 Apr 2026'],
    ]);
    expect(invoice.lines.data.map((line) => line.period)).toEqual([
      { start: MID_APRIL, end: MAY },
      { start: MID_APRIL, end: MAY },
    ]);
    const [credit] = invoice.lines.data;
    expect(credit?.parent?.subscription_item_details).toMatchObject({
      proration: true,
      proration_details: { credited_items: { invoice: opened.subscription.latest_invoice } },
    });
  });

  test.each([
    ['flexible', 0],
    ['classic', -500],
  ] as const)('D: 10, 20 without proration, 10 again: %s nets %d', async (type, net) => {
    const opened = await subscribe(['ten'], { billing_mode: { type } });
    await advanceTo(shop, opened.clock, MID_APRIL);
    await change(opened, ['ten', 'twenty'], { proration_behavior: 'none' });
    await shop.stripe.subscriptions.update(opened.subscription.id, {
      items: [{ id: itemOf(opened.subscription, 'ten'), price: priceOf('ten') }],
      proration_behavior: 'create_prorations',
    });
    const pending = await shop.stripe.invoiceItems.list({
      customer: opened.customer,
      pending: true,
    });
    expect(pending.data.reduce((sum, it) => sum + it.amount, 0)).toBe(net);
  });

  test('D: a preview with the same date is what is then charged', async () => {
    const opened = await subscribe(['small', 'pro']);
    const at = APRIL + 12 * DAY + 4_567;
    await advanceTo(shop, opened.clock, at);
    const items = [{ id: itemOf(opened.subscription, 'small'), price: priceOf('large') }];
    const how = { items, proration_behavior: 'always_invoice', proration_date: at } as const;
    const before = (await shop.stripe.invoices.list({ customer: opened.customer })).data.length;
    const preview = await shop.stripe.invoices.createPreview({
      subscription: opened.subscription.id,
      subscription_details: how,
    });
    expect((await shop.stripe.invoices.list({ customer: opened.customer })).data).toHaveLength(
      before,
    );
    await shop.stripe.subscriptions.update(opened.subscription.id, how);
    const charged = await latest(opened.subscription.id);
    expect(amountsOf(charged)).toEqual(amountsOf(preview));
    expect(charged.amount_paid).toBe(preview.amount_due);
    expect(preview).toMatchObject({ status: 'draft', number: null, billing_reason: 'upcoming' });
  });

  test('W: less than 0.50 is not charged, it is owed on the balance', async () => {
    const opened = await subscribe(['ten']);
    await advanceTo(shop, opened.clock, MAY - HOUR);
    await change(opened, ['ten', 'large'], { proration_behavior: 'always_invoice' });
    const invoice = await latest(opened.subscription.id);
    expect(amountsOf(invoice)).toEqual([-2, 30]);
    expect(invoice).toMatchObject({ status: 'paid', amount_due: 0, total: 28, ending_balance: 28 });
    const customer = await shop.stripe.customers.retrieve(opened.customer);
    expect(customer).toMatchObject({ balance: 28 });
  });

  test('D: starting the period anew moves every item and charges the new price in full', async () => {
    const opened = await subscribe(['small', 'pro']);
    await advanceTo(shop, opened.clock, MID_APRIL);
    const after = await change(opened, ['small', 'large'], {
      billing_cycle_anchor: { type: 'now' },
      proration_behavior: 'always_invoice',
    });
    const end = Date.UTC(2026, 4, 16) / 1000;
    expect(after.billing_cycle_anchor).toBe(MID_APRIL);
    expect(after.items.data.map((it) => [it.current_period_start, it.current_period_end])).toEqual([
      [MID_APRIL, end],
      [MID_APRIL, end],
    ]);
    const invoice = await latest(opened.subscription.id);
    expect(amountsOf(invoice)).toEqual([-2_500, -1_500, 22_000, 3_000]);
    expect(invoice.amount_paid).toBe(21_000);
  });
});

describe('downgrades and items', () => {
  test('D: a downgrade is credited on the next invoice', async () => {
    const opened = await subscribe(['large']);
    await advanceTo(shop, opened.clock, MID_APRIL);
    await change(opened, ['large', 'small']);
    await advanceTo(shop, opened.clock, MAY + HOUR);
    const invoice = await latest(opened.subscription.id);
    // Pending items first, then the new month.
    expect(amountsOf(invoice)).toEqual([-11_000, 2_500, 5_000]);
    expect(invoice).toMatchObject({ status: 'paid', total: -3_500, amount_due: 0, amount_paid: 0 });
    const customer = await shop.stripe.customers.retrieve(opened.customer);
    expect(customer).toMatchObject({ balance: -3_500 });
    const [moved] = (await shop.stripe.customers.listBalanceTransactions(opened.customer)).data;
    expect(moved).toMatchObject({
      type: 'applied_to_invoice',
      amount: -3_500,
      invoice: invoice.id,
    });
  });

  test('D: one of two items leaves at once, the credit waits, the subscription goes on', async () => {
    const opened = await subscribe(['pro', 'small']);
    await advanceTo(shop, opened.clock, MID_APRIL);
    const after = await shop.stripe.subscriptions.update(opened.subscription.id, {
      items: [{ id: itemOf(opened.subscription, 'small'), deleted: true }],
      proration_behavior: 'create_prorations',
    });
    expect(after.items.data.map((it) => it.price.id)).toEqual([priceOf('pro')]);
    expect(after.status).toBe('active');
    expect(await typesAbout(after.id)).not.toContain('customer.subscription.deleted');
    await advanceTo(shop, opened.clock, MAY + HOUR);
    expect(amountsOf(await latest(after.id))).toEqual([-2_500, 3_000]);
  });

  test('the last item cannot leave', async () => {
    const opened = await subscribe(['pro']);
    const remove = shop.stripe.subscriptions.update(opened.subscription.id, {
      items: [{ id: itemOf(opened.subscription, 'pro'), deleted: true }],
    });
    await expect(remove).rejects.toMatchObject({
      statusCode: 400,
      type: 'StripeInvalidRequestError',
    });
  });
});

describe('ends', () => {
  test('D: cancelling at the end of the period, taken back, and carried out', async () => {
    const opened = await subscribe(['small']);
    const { id } = opened.subscription;
    await advanceTo(shop, opened.clock, MID_APRIL);
    const asked = await shop.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(asked).toMatchObject({
      status: 'active',
      cancel_at: MAY,
      canceled_at: MID_APRIL,
      cancel_at_period_end: true,
      cancellation_details: { reason: 'cancellation_requested' },
    });
    const kept = await shop.stripe.subscriptions.update(id, { cancel_at: '' });
    expect(kept).toMatchObject({ cancel_at: null, canceled_at: null, cancel_at_period_end: false });
    await shop.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    await advanceTo(shop, opened.clock, MAY);
    expect(await shop.stripe.subscriptions.retrieve(id)).toMatchObject({
      status: 'canceled',
      ended_at: MAY,
    });
    expect((await shop.stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
  });

  test('D: cancelling at once drops prorations that wait and stops collecting everything', async () => {
    const opened = await subscribe(['large']);
    await advanceTo(shop, opened.clock, MID_APRIL);
    await change(opened, ['large', 'small']);
    await shop.stripe.subscriptions.cancel(opened.subscription.id);
    const pending = await shop.stripe.invoiceItems.list({
      customer: opened.customer,
      pending: true,
    });
    expect(pending.data).toEqual([]);
    await expect(shop.stripe.subscriptions.cancel(opened.subscription.id)).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });

  test('W: the credit of a cancelled subscription rides on no other subscription', async () => {
    const opened = await subscribe(['large']);
    const other = await shop.stripe.subscriptions.create({
      customer: opened.customer,
      items: [{ price: priceOf('pro') }],
    });
    await advanceTo(shop, opened.clock, MID_APRIL);
    await shop.stripe.subscriptions.cancel(opened.subscription.id, { prorate: true });
    await advanceTo(shop, opened.clock, MAY + HOUR);
    expect(amountsOf(await latest(other.id))).toEqual([3_000]);
  });
});

describe('failing payments', () => {
  async function failing(reason = 'generic_decline') {
    const opened = await subscribe(['small']);
    await shop.control(`payment_methods/${opened.card}`, { decline: reason });
    await advanceTo(shop, opened.clock, MAY + HOUR);
    return opened;
  }

  test('D: a declined renewal is past due, is announced, and is tried again', async () => {
    const opened = await failing();
    const invoice = await latest(opened.subscription.id);
    expect(invoice).toMatchObject({ status: 'open', attempt_count: 1, attempted: true });
    expect(invoice.next_payment_attempt).toBeGreaterThan(MAY + HOUR);
    expect(await shop.stripe.subscriptions.retrieve(opened.subscription.id)).toMatchObject({
      status: 'past_due',
    });
    expect(await typesAbout(invoice.id)).toContain('invoice.payment_failed');
  });

  test('D: a new card on the subscription pays the open invoice and it is active again', async () => {
    const opened = await failing();
    const good = await shop.stripe.paymentMethods.attach('pm_card_visa', {
      customer: opened.customer,
    });
    await shop.stripe.subscriptions.update(opened.subscription.id, {
      default_payment_method: good.id,
    });
    const invoice = await latest(opened.subscription.id);
    await shop.stripe.invoices.pay(invoice.id);
    expect(await shop.stripe.subscriptions.retrieve(opened.subscription.id)).toMatchObject({
      status: 'active',
    });
  });

  test('D: after the last retry the subscription ends, the invoice stays open and can be paid', async () => {
    const opened = await failing();
    await advanceTo(shop, opened.clock, MAY + HOUR + 8 * DAY);
    expect(await shop.stripe.subscriptions.retrieve(opened.subscription.id)).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_failed' },
    });
    const invoice = await latest(opened.subscription.id);
    expect(invoice).toMatchObject({ status: 'open', attempt_count: 9, next_payment_attempt: null });
    const paid = await shop.stripe.invoices.pay(invoice.id, {
      payment_method: (
        await shop.stripe.paymentMethods.attach('pm_card_visa', { customer: opened.customer })
      ).id,
    });
    expect(paid.status).toBe('paid');
  });

  test('D: a hard decline is counted, but the card is charged once only', async () => {
    const opened = await failing('lost_card');
    await advanceTo(shop, opened.clock, MAY + HOUR + 4 * DAY);
    const invoice = await latest(opened.subscription.id);
    expect(invoice.attempt_count).toBeGreaterThan(1);
    const charges = await shop.stripe.charges.list({ customer: opened.customer });
    expect(charges.data.filter((it) => it.status === 'failed')).toHaveLength(1);
  });

  test('a first payment that fails is incomplete for 23 hours, then expired, its invoice void', async () => {
    const account = await openAccount(shop, { at: APRIL, card: 'pm_card_chargeCustomerFail' });
    const { id, status } = await shop.stripe.subscriptions.create({
      customer: account.customer,
      items: [{ price: priceOf('small') }],
    });
    expect(status).toBe('incomplete');
    await advanceTo(shop, account.clock, APRIL + 23 * HOUR);
    expect((await shop.stripe.subscriptions.retrieve(id)).status).toBe('incomplete_expired');
    expect((await latest(id)).status).toBe('void');
  });
});

describe('how a failed upgrade is treated', () => {
  async function upgrade(paymentBehavior: Stripe.SubscriptionUpdateParams.PaymentBehavior) {
    const opened = await subscribe(['small']);
    await advanceTo(shop, opened.clock, MID_APRIL);
    await shop.control(`payment_methods/${opened.card}`, { decline: 'generic_decline' });
    const result = change(opened, ['small', 'large'], {
      proration_behavior: 'always_invoice',
      payment_behavior: paymentBehavior,
    });
    return { opened, result };
  }

  test('D: allow_incomplete makes the change all the same, and it is past due', async () => {
    const { result } = await upgrade('allow_incomplete');
    const after = await result;
    expect(after.status).toBe('past_due');
    expect(after.items.data[0]?.price.id).toBe(priceOf('large'));
  });

  test('D: error_if_incomplete is a 402 and nothing has changed', async () => {
    const { opened, result } = await upgrade('error_if_incomplete');
    await expect(result).rejects.toMatchObject({ statusCode: 402, code: 'card_declined' });
    const after = await shop.stripe.subscriptions.retrieve(opened.subscription.id);
    expect(after.items.data[0]?.price.id).toBe(priceOf('small'));
    expect((await shop.stripe.invoices.list({ subscription: after.id })).data).toHaveLength(1);
  });

  test('D: pending_if_incomplete parks the change until it is paid', async () => {
    const { opened, result } = await upgrade('pending_if_incomplete');
    const parked = await result;
    expect(parked.status).toBe('active');
    expect(parked.items.data[0]?.price.id).toBe(priceOf('small'));
    expect(parked.pending_update?.expires_at).toBe(MID_APRIL + 23 * HOUR);
    await shop.control(`payment_methods/${opened.card}`, { decline: null });
    await shop.stripe.invoices.pay((await latest(parked.id)).id);
    const applied = await shop.stripe.subscriptions.retrieve(parked.id);
    expect(applied.pending_update).toBeNull();
    expect(applied.items.data[0]?.price.id).toBe(priceOf('large'));
    expect(await typesAbout(parked.id)).toContain('customer.subscription.pending_update_applied');
  });

  test('D: a parked change that nobody pays for is gone after 23 hours', async () => {
    const { opened, result } = await upgrade('pending_if_incomplete');
    await result;
    await advanceTo(shop, opened.clock, MID_APRIL + 23 * HOUR);
    const after = await shop.stripe.subscriptions.retrieve(opened.subscription.id);
    expect(after).toMatchObject({ status: 'active', pending_update: null });
    expect((await latest(after.id)).status).toBe('void');
  });
});
