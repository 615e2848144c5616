/** A customer's invoices, each with all its lines, and the items that wait for the next one. */
import type Stripe from 'stripe';
import type {
  BilledSnapshot,
  InvoiceLineSnapshot,
  InvoiceSnapshot,
  InvoiceStatus,
  PaymentSnapshot,
} from '../core/contract/stripe-snapshot';
import { askAll, PAGE } from './ask';
import { idOf } from './ids';
import { KEY } from './metadata';
import type { Prices } from './prices';
import type { Payments } from './read-payments';

const STATUSES: readonly InvoiceStatus[] = ['draft', 'open', 'paid', 'void', 'uncollectible'];

/** Oldest first; Stripe lists the newest first. */
export async function listInvoices(sdk: Stripe, customer: string): Promise<Stripe.Invoice[]> {
  const newestFirst = await askAll(() =>
    sdk.invoices.list({ customer, limit: PAGE, expand: ['data.payments'] }),
  );
  return newestFirst.reverse();
}

export async function readInvoice(
  sdk: Stripe,
  prices: Prices,
  payments: Payments,
  invoice: Stripe.Invoice,
): Promise<InvoiceSnapshot> {
  const { id, status_transitions, next_payment_attempt, automatically_finalizes_at } = invoice;
  const [lines, paidBy] = await Promise.all([
    listLines(sdk, invoice),
    listPayments(sdk, invoice).then((found) => found.flatMap(paymentIdOf)),
  ]);
  const subscription = idOf(invoice.parent?.subscription_details?.subscription);
  const tried = paidBy.map((one) => payments.failedMethodOf(one)).find((one) => one !== undefined);
  const paidAt = status_transitions.paid_at;
  return {
    id,
    status: STATUSES.find((one) => one === invoice.status) ?? 'draft',
    createdAt: invoice.created,
    amountDue: invoice.amount_due,
    attemptCount: invoice.attempt_count,
    lines: await Promise.all(lines.map((line) => readLine(prices, line, subscription))),
    payments: paidBy.flatMap((one): PaymentSnapshot[] => {
      const payment = payments.of(one);
      return payment ? [payment] : [];
    }),
    ...(subscription === undefined ? {} : { subscription }),
    ...(paidAt === null ? {} : { paidAt }),
    ...(next_payment_attempt === null ? {} : { nextAttemptAt: next_payment_attempt }),
    ...(automatically_finalizes_at === null ? {} : { finalizesAt: automatically_finalizes_at }),
    ...(invoice.hosted_invoice_url ? { hostedUrl: invoice.hosted_invoice_url } : {}),
    ...(tried === undefined ? {} : { triedPaymentMethod: tried }),
  };
}

/** An invoice shows its first lines only. */
async function listLines(
  sdk: Stripe,
  { id, lines }: Stripe.Invoice,
): Promise<Stripe.InvoiceLineItem[]> {
  if (!lines.has_more) return lines.data;
  return askAll(() => sdk.invoices.listLineItems(id, { limit: PAGE }));
}

async function listPayments(
  sdk: Stripe,
  { id, payments }: Stripe.Invoice,
): Promise<Stripe.InvoicePayment[]> {
  if (payments && !payments.has_more) return payments.data;
  return askAll(() => sdk.invoicePayments.list({ invoice: id, limit: PAGE }));
}

function paymentIdOf({ payment }: Stripe.InvoicePayment): string[] {
  const id = idOf(payment.payment_intent) ?? idOf(payment.charge);
  return id === undefined ? [] : [id];
}

async function readLine(
  prices: Prices,
  line: Stripe.InvoiceLineItem,
  ofInvoice: string | undefined,
): Promise<InvoiceLineSnapshot> {
  const details =
    line.parent?.subscription_item_details ?? line.parent?.invoice_item_details ?? undefined;
  const subscription = details?.subscription ?? idOf(line.subscription) ?? ofInvoice;
  return {
    ...(await readBilled(prices, line, details?.proration ?? false, subscription)),
    discount: (line.discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0),
  };
}

type Billed = Stripe.InvoiceLineItem | Stripe.InvoiceItem;

async function readBilled(
  prices: Prices,
  { id, amount, period, pricing, metadata }: Billed,
  proration: boolean,
  subscription: string | undefined,
): Promise<BilledSnapshot> {
  const key = metadata?.[KEY];
  return {
    id,
    plan: await prices.planOf(pricing?.price_details?.price),
    amount,
    proration,
    period: { start: period.start, end: period.end },
    ...(subscription === undefined ? {} : { subscription }),
    ...(key === undefined ? {} : { key }),
  };
}

export async function readPendingItems(
  sdk: Stripe,
  prices: Prices,
  customer: string,
): Promise<readonly BilledSnapshot[]> {
  const items = await askAll(() => sdk.invoiceItems.list({ customer, pending: true, limit: PAGE }));
  return Promise.all(
    items.map((item) =>
      readBilled(prices, item, item.proration, item.parent?.subscription_details?.subscription),
    ),
  );
}
