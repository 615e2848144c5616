/**
 * All that an account and its customer have come to, without the names that chance gave: two accounts to
 * which the same has happened at the same times are equal in this. And what must hold of each by itself.
 */
import type Stripe from 'stripe';
import type { Customer } from './customer-acts';

export async function endState(one: Customer) {
  const { house, account } = one;
  const { account: _name, banner, ...view } = await account.subscription.refresh();
  const books = await house.ledger.readBilling(account.account);
  const stripe = await stripeState(one);
  const lines = new Map(stripe.lines.map(({ id, ...line }) => [id, JSON.stringify(line)]));
  return {
    view: { ...view, banner: banner?.kind },
    grants: books.grants
      .map(({ key, source, amount, remaining, priority, expiresAt, ended, unpaid }) =>
        // What an ended grant would have done is of no account.
        JSON.stringify([
          lines.get(key) ?? source,
          amount,
          unpaid,
          ended || [remaining, priority, expiresAt],
        ]),
      )
      .sort(),
    frozen: books.freezes.map(({ lifted }) => lifted).sort(),
    subscriptions: stripe.subscriptions,
    invoices: stripe.invoices,
    charges: stripe.charges,
    waiting: stripe.waiting,
    owed: stripe.balance,
  };
}

async function stripeState({ house: { sdk }, account }: Customer) {
  const { customer } = account;
  const page = { customer, limit: 100 };
  const invoices = await sdk.invoices.list(page);
  const subscriptions = await sdk.subscriptions.list({ ...page, status: 'all' });
  const charges = await sdk.charges.list(page);
  const waiting = await sdk.invoiceItems.list({ ...page, pending: true });
  const found = await sdk.customers.retrieve(customer);
  return {
    lines: invoices.data.flatMap(({ lines }) => lines.data.map(describeLine)),
    balance: found.deleted === true ? 0 : found.balance,
    subscriptions: sorted(
      subscriptions.data.map(({ status, created, ended_at, cancel_at, items }) => ({
        ...{ status, created, ended_at, cancel_at },
        items: sorted(
          items.data.map((item) => [
            item.price.lookup_key,
            item.current_period_start,
            item.current_period_end,
          ]),
        ),
      })),
    ),
    invoices: sorted(
      invoices.data.map(({ status, created, total, amount_paid, attempt_count, lines }) => ({
        ...{ status, created, total, amount_paid, attempt_count },
        lines: lines.data.map((line) => ({ ...describeLine(line), id: undefined })),
      })),
    ),
    charges: sorted(
      charges.data.map(({ amount, status, created, amount_refunded, disputed }) => ({
        ...{ amount, status, created, amount_refunded, disputed },
      })),
    ),
    waiting: sorted(waiting.data.map(({ amount, description }) => ({ amount, description }))),
  };
}

function describeLine({ id, amount, description, period }: Stripe.InvoiceLineItem) {
  return { id, amount, description, start: period.start, end: period.end };
}

function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

/** No line has granted twice, nothing unpaid has granted, and no invoice was paid by two payments. */
export async function expectOnce({ house, account }: Customer): Promise<void> {
  const { sdk, ledger } = house;
  const page = { customer: account.customer, limit: 100 };
  const paid = await sdk.invoices.list({ ...page, status: 'paid' });
  const lines = new Set(paid.data.flatMap(({ lines: { data } }) => data.map(({ id }) => id)));
  const { grants } = await ledger.readBilling(account.account);
  const packs = grants.filter(({ source }) => source === 'pack').map(({ key }) => key);
  expect(new Set(packs).size).toBe(packs.length);
  expect(packs.filter((key) => !lines.has(key))).toEqual([]);

  const invoices = await sdk.invoices.list(page);
  for (const { id, amount_paid } of invoices.data) {
    const { data } = await sdk.invoicePayments.list({ invoice: id, limit: 100 });
    const charged = data.filter(({ status }) => status === 'paid');
    expect(charged.length).toBeLessThanOrEqual(1);
    expect(charged.reduce((sum, payment) => sum + (payment.amount_paid ?? 0), 0)).toBe(amount_paid);
  }
  const intents = await sdk.paymentIntents.list(page);
  const received = intents.data.reduce((sum, { amount_received }) => sum + amount_received, 0);
  const charges = await sdk.charges.list(page);
  const succeeded = charges.data.filter(({ status }) => status === 'succeeded');
  expect(succeeded.reduce((sum, { amount }) => sum + amount, 0)).toBe(received);
  // One payment, one success, however often it was tried.
  const once = succeeded.map(({ payment_intent }) => payment_intent);
  expect(new Set(once).size).toBe(once.length);
}
