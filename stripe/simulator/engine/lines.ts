/**
 * Invoice lines and pending invoice items. A proration is a pending item first, also when it is billed at
 * once; an item that is billed becomes a line that names it.
 */
import type Stripe from 'stripe';
import { emit } from '../state/events';
import type {
  CustomerRow,
  DebitRow,
  InvoiceItemRow,
  LineRow,
  PriceRow,
  SubscriptionRow,
} from '../state/rows';
import type { World } from '../state/world';
import { decimal, pricingOf } from './pricing';
import type { Period } from './prorate';

/** What a line or an item says, before it has an id. */
export interface Billed {
  amount: number;
  currency: string;
  description: string | null;
  period: Period;
  price: PriceRow | null;
  quantity: number;
  subscription: string | null;
  /** The subscription item. */
  item: string | null;
  proration: boolean;
  /** What a credit gives back: the pending item or the line that billed it. */
  credited: DebitRow | null;
  metadata: Record<string, string>;
}

export function buildLine(
  world: World,
  invoice: string,
  it: Billed,
  invoiceItem?: string,
): LineRow {
  return {
    id: world.newId('il'),
    object: 'line_item',
    amount: it.amount,
    currency: it.currency,
    description: it.description,
    discount_amounts: [],
    discountable: !it.proration,
    discounts: [],
    invoice,
    livemode: false,
    metadata: it.metadata,
    parent: parentOf(it, invoiceItem ?? null),
    period: it.period,
    pretax_credit_amounts: [],
    pricing: it.price ? pricingOf(it.price) : null,
    quantity: it.quantity,
    quantity_decimal: decimal(it.quantity),
    subscription: it.subscription,
    subtotal: it.amount,
    taxes: [],
  };
}

function parentOf(it: Billed, invoiceItem: string | null): Stripe.InvoiceLineItem.Parent {
  const billed = it.credited?.billed;
  const proration_details = {
    credited_items: billed ? { invoice: billed.invoice, invoice_line_items: [billed.line] } : null,
  };
  if (it.item && it.subscription) {
    return {
      type: 'subscription_item_details',
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: invoiceItem,
        proration: it.proration,
        proration_details,
        subscription: it.subscription,
        subscription_item: it.item,
      },
    };
  }
  return {
    type: 'invoice_item_details',
    subscription_item_details: null,
    invoice_item_details: {
      invoice_item: invoiceItem ?? '',
      proration: it.proration,
      proration_details,
      subscription: it.subscription,
    },
  };
}
export function createItem(world: World, customer: CustomerRow, it: Billed): InvoiceItemRow {
  const row: InvoiceItemRow = {
    id: world.newId('ii'),
    object: 'invoiceitem',
    amount: it.amount,
    currency: it.currency,
    customer: customer.id,
    customer_account: null,
    date: world.now(customer.test_clock),
    description: it.description,
    discountable: !it.proration,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: it.metadata,
    net_amount: it.amount,
    parent: it.subscription
      ? {
          type: 'subscription_details',
          subscription_details: {
            subscription: it.subscription,
            ...(it.item ? { subscription_item: it.item } : {}),
          },
        }
      : null,
    period: it.period,
    pricing: it.price ? pricingOf(it.price) : null,
    proration: it.proration,
    ...(it.proration
      ? {
          proration_details: {
            discount_amounts: [],
            credited_items: it.credited ? creditedItems(it.credited) : null,
          },
        }
      : {}),
    quantity: it.quantity,
    quantity_decimal: decimal(it.quantity),
    tax_rates: [],
    test_clock: customer.test_clock ?? null,
  };
  world.put(row);
  emit(world, 'invoiceitem.created', row);
  return row;
}

function creditedItems(debit: DebitRow): Stripe.InvoiceItem.ProrationDetails.CreditedItems {
  if (!debit.billed) return { type: 'invoice_item', invoice_item: debit.origin };
  const { invoice, line } = debit.billed;
  return {
    type: 'invoice_line_items',
    invoice_line_item_details: { invoice, invoice_line_items: [line] },
  };
}

/** The debit that an item credits, as it stands now: it may have been billed since. */
function creditedBy(world: World, item: InvoiceItemRow): DebitRow | null {
  const named = item.proration_details?.credited_items;
  if (!named) return null;
  const line = named.invoice_line_item_details?.invoice_line_items[0];
  return (
    world
      .all('sim.debit')
      .find((it) => (line ? it.billed?.line === line : it.origin === named.invoice_item)) ?? null
  );
}

/** The line that bills a pending item; the item then belongs to the invoice. */
export function billItem(world: World, invoice: string, item: InvoiceItemRow): LineRow {
  world.put({ ...item, invoice });
  const details = item.parent?.subscription_details;
  const price = item.pricing?.price_details?.price;
  const line = buildLine(
    world,
    invoice,
    {
      amount: item.amount,
      currency: item.currency,
      description: item.description,
      period: item.period,
      price: typeof price === 'string' ? world.need('price', price) : null,
      quantity: item.quantity,
      subscription: typeof details?.subscription === 'string' ? details.subscription : null,
      item: details?.subscription_item ?? null,
      proration: item.proration,
      credited: creditedBy(world, item),
      metadata: item.metadata ?? {},
    },
    item.id,
  );
  for (const debit of world.all('sim.debit')) {
    if (debit.origin === item.id) world.put({ ...debit, billed: { invoice, line: line.id } });
  }
  return line;
}

/** What waits for the next invoice of a subscription: its own items and those of no subscription. */
export function pendingItems(world: World, subscription: SubscriptionRow): InvoiceItemRow[] {
  return world.all('invoiceitem').filter((it) => {
    if (it.invoice !== null || it.customer !== subscription.customer) return false;
    const owner = it.parent?.subscription_details?.subscription ?? null;
    return owner === null || owner === subscription.id;
  });
}
