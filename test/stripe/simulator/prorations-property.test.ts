/**
 * Over any sequence of changes, removals and months: an invoice's total is the sum of its lines, nothing
 * that is charged is negative, what is charged and what stays on the balance add up to what was billed,
 * and flexible billing never credits more than it billed.
 */
import fc from 'fast-check';
import type Stripe from 'stripe';
import { prorate } from '../../../stripe/simulator/engine/prorate';
import { advanceTo, DAY, openAccount, openShop, type Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const PLANS = ['ten', 'twenty', 'small', 'large'] as const;

const step = fc.record({
  hours: fc.integer({ min: 1, max: 24 * 20 }),
  plan: fc.constantFrom(...PLANS),
  proration: fc.constantFrom<'create_prorations' | 'always_invoice' | 'none'>(
    'create_prorations',
    'always_invoice',
    'none',
  ),
  restart: fc.boolean(),
});

test('the money of a customer adds up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('flexible' as const, 'classic' as const),
      fc.array(step, { minLength: 1, maxLength: 6 }),
      async (type, steps) => {
        const { customer, clock } = await openAccount(shop);
        const subscription = await shop.stripe.subscriptions.create({
          customer,
          billing_mode: { type },
          items: [
            { price: shop.prices['small'] as string },
            { price: shop.prices['pro'] as string },
          ],
        });
        let now = subscription.created;
        for (const { hours, plan, proration, restart } of steps) {
          now += hours * 3_600;
          await advanceTo(shop, clock, now);
          await shop.stripe.subscriptions.update(subscription.id, {
            items: [{ id: agentItem(subscription), price: shop.prices[plan] as string }],
            proration_behavior: proration,
            ...(restart ? { billing_cycle_anchor: { type: 'now' } } : {}),
          });
        }
        await advanceTo(shop, clock, now + 35 * DAY);
        await holdsFor(customer, type);
      },
    ),
    { numRuns: 12 },
  );
});

function agentItem(subscription: Stripe.Subscription): string {
  const item = subscription.items.data.find((it) => it.price.id === shop.prices['small']);
  return item?.id ?? '';
}

async function holdsFor(customer: string, type: 'flexible' | 'classic'): Promise<void> {
  const invoices = await shop.stripe.invoices.list({ customer, limit: 100 }).autoPagingToArray({
    limit: 1_000,
  });
  let billed = 0;
  let paid = 0;
  for (const invoice of invoices) {
    const sum = invoice.lines.data.reduce((total, line) => total + line.amount, 0);
    expect(invoice.total).toBe(sum);
    expect(invoice.amount_due).toBeGreaterThanOrEqual(0);
    expect(invoice.status === 'draft' || invoice.status === 'paid').toBe(true);
    if (invoice.status !== 'paid') continue;
    billed += invoice.total;
    paid += invoice.amount_paid;
  }
  const found = await shop.stripe.customers.retrieve(customer);
  if (found.deleted) throw new Error('the customer is gone');
  expect(paid + found.balance).toBe(billed);
  const intents = await shop.stripe.paymentIntents.list({ customer, limit: 100 });
  expect(intents.data.reduce((sum, it) => sum + it.amount_received, 0)).toBe(paid);
  if (type === 'flexible') creditsAreCovered(invoices);
}

/** A line is credited at most once, and by no more than it charged. */
function creditsAreCovered(invoices: Stripe.Invoice[]): void {
  const lines = invoices.flatMap((it) => it.lines.data);
  const charged = new Map(lines.map((line) => [line.id, line.amount]));
  const credited = new Set<string>();
  for (const line of lines) {
    const details = line.parent?.subscription_item_details?.proration_details;
    for (const id of details?.credited_items?.invoice_line_items ?? []) {
      expect(credited.has(id)).toBe(false);
      credited.add(id);
      // Each is floored, so a credit may be a cent more than its share, never more than the whole.
      expect(-line.amount).toBeLessThanOrEqual(charged.get(id) ?? 0);
    }
  }
}

test('a share and its rest are the whole, less one cent at most', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10_000_000 }),
      fc.integer({ min: 1, max: 31 * DAY }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (amount, length, share) => {
        const period = { start: 1_000, end: 1_000 + length };
        const at = period.start + Math.floor(share * length);
        const charge = prorate(amount, period, at);
        const credit = prorate(-amount, period, at);
        expect(charge + credit === 0 || charge + credit === -1).toBe(true);
        expect(charge).toBeGreaterThanOrEqual(0);
        expect(charge).toBeLessThanOrEqual(amount);
        expect(prorate(amount, period, period.start)).toBe(amount);
        expect(Math.abs(prorate(amount, period, period.end))).toBe(0);
      },
    ),
  );
});
