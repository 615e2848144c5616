/** The promise: purchases of one second have one order, whatever names Stripe gave to their lines. */
import { DEFAULT_CATALOGUE } from '../../../core/billing/plans';
import { currentPurchase, purchasesOf } from '../../../core/billing/purchases';
import type { InvoiceSnapshot, StripeSnapshot } from '../../../core/contract/stripe-snapshot';

const PERIOD = { start: 1_000, end: 2_000 };

function paid(line: string, plan: string, proration: boolean): InvoiceSnapshot {
  return {
    id: `in_${line}`,
    status: 'paid',
    subscription: 'sub',
    createdAt: PERIOD.start,
    paidAt: PERIOD.start,
    amountDue: 1,
    attemptCount: 1,
    lines: [{ id: line, plan, amount: 1, discount: 0, proration, period: PERIOD }],
    payments: [],
  };
}

function currentOf(invoices: readonly InvoiceSnapshot[]): string | undefined {
  const stripe: StripeSnapshot = {
    readAt: PERIOD.start,
    subscriptions: [],
    invoices,
    pendingItems: [],
    topUps: [],
  };
  return currentPurchase(purchasesOf(DEFAULT_CATALOGUE, stripe, 'sub'))?.pack.key;
}

test.each([
  ['il_1', 'il_2', 'il_3'],
  ['il_3', 'il_2', 'il_1'],
])('subscribed and upgraded twice at once: the last upgrade counts (%s %s %s)', (...ids) => {
  const invoices = [
    paid(ids[0], 'agent-200', false),
    paid(ids[1], 'agent-1000', true),
    paid(ids[2], 'agent-2500', true),
  ];
  expect(currentOf(invoices)).toBe('agent-2500');
  expect(currentOf([...invoices].reverse())).toBe('agent-2500');
});

test('where a new period begins with the upgrade, both are whole: the larger counts', () => {
  const invoices = [paid('il_2', 'agent-200', false), paid('il_1', 'agent-1000', false)];
  expect(currentOf(invoices)).toBe('agent-1000');
});
