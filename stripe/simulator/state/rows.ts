/**
 * What the simulator keeps. Each row is an object as Stripe answers it, typed by the official package, so
 * that the compiler holds us to every required field; where Stripe may expand a link, a row holds the id.
 * Rows that Stripe does not show (how a card behaves, what a subscription item was billed for) stand in
 * tables of their own, named `sim.*`. Rows are never changed in place: see world.ts.
 */
import type Stripe from 'stripe';

type Row<T, Links extends keyof T = never> = Omit<T, Links> & {
  [L in Links]: Extract<T[L], string | null>;
};

export type CustomerRow = Row<Stripe.Customer, 'default_source' | 'test_clock'> & {
  invoice_settings: Row<Stripe.Customer.InvoiceSettings, 'default_payment_method'>;
};
export type ProductRow = Row<Stripe.Product, 'default_price' | 'tax_code'>;
export type PriceRow = Row<Stripe.Price, 'product'>;
export type PaymentMethodRow = Row<Stripe.PaymentMethod, 'customer'>;
export type SubscriptionRow = Row<
  Stripe.Subscription,
  'customer' | 'latest_invoice' | 'default_payment_method' | 'default_source' | 'test_clock'
>;
export type InvoiceRow = Omit<
  Row<Stripe.Invoice, 'default_payment_method' | 'default_source' | 'test_clock'>,
  'customer'
> & { customer: string };
export type InvoiceItemRow = Row<Stripe.InvoiceItem, 'customer' | 'invoice' | 'test_clock'>;
export type LineRow = Row<Stripe.InvoiceLineItem, 'subscription'>;
export type InvoicePaymentRow = Row<Stripe.InvoicePayment, 'invoice'>;
export type PaymentIntentRow = Row<
  Stripe.PaymentIntent,
  'customer' | 'latest_charge' | 'payment_method'
>;
export type ChargeRow = Row<Stripe.Charge, 'customer' | 'payment_intent'>;
export type RefundRow = Row<Stripe.Refund, 'charge' | 'payment_intent' | 'customer'>;
export type DisputeRow = Row<Stripe.Dispute, 'charge' | 'payment_intent'>;
export type SessionRow = Row<
  Stripe.Checkout.Session,
  'customer' | 'invoice' | 'payment_intent' | 'subscription' | 'setup_intent'
>;
export type PortalSessionRow = Row<Stripe.BillingPortal.Session, 'configuration'>;
export type BalanceTransactionRow = Row<
  Stripe.CustomerBalanceTransaction,
  'customer' | 'invoice' | 'checkout_session' | 'credit_note'
>;

/** What a card does when it is charged. */
export interface CardRow {
  object: 'sim.card';
  /** The payment method's. */
  id: string;
  /** Decline code of every charge; null for a card that works. */
  decline: string | null;
  /** Refused already when it is attached to a customer. */
  declinesAttach: boolean;
  /** Each charge off session asks for the cardholder. */
  needsAuthentication: boolean;
  /** Each charge is disputed at once, with this reason. */
  disputes: string | null;
  /** The next so many charges fail with `failNextWith`. */
  failNext: number;
  failNextWith: string;
}

/** One thing a subscription item was billed for; flexible billing credits these. */
export interface DebitRow {
  object: 'sim.debit';
  id: string;
  subscription: string;
  item: string;
  price: string;
  quantity: number;
  /** Cents, before what was credited. */
  amount: number;
  start: number;
  end: number;
  /** The pending invoice item or the invoice line that it began as. */
  origin: string;
  /** The line that billed it, once one has. */
  billed: { invoice: string; line: string } | null;
  credited: boolean;
}

/** How far a payment of an invoice has come: Stripe keeps this to itself. */
export interface DunningRow {
  object: 'sim.dunning';
  /** The invoice's. */
  id: string;
  /** Instants, in seconds, of the retries still to come. */
  retries: number[];
}

export interface LineItemsRow {
  object: 'sim.session_items';
  /** The Checkout session's. */
  id: string;
  items: { price: string; quantity: number }[];
  subscriptionData: { metadata: Record<string, string>; description: string | null };
  billingMode: 'classic' | 'flexible';
  paymentData: {
    metadata: Record<string, string>;
    description: string | null;
    setupFutureUsage: 'off_session' | 'on_session' | null;
  };
}

/** What a pending update will do once its invoice is paid. */
export interface PendingChangeRow {
  object: 'sim.pending_change';
  /** The subscription's. */
  id: string;
  invoice: string;
  plan: string;
  metadata: Record<string, string>;
}

/** Marks an endpoint that gets thin events. */
export interface ThinRow {
  object: 'sim.thin';
  /** The endpoint's. */
  id: string;
}

export interface Rows {
  customer: CustomerRow;
  product: ProductRow;
  price: PriceRow;
  payment_method: PaymentMethodRow;
  subscription: SubscriptionRow;
  invoice: InvoiceRow;
  invoiceitem: InvoiceItemRow;
  invoice_payment: InvoicePaymentRow;
  payment_intent: PaymentIntentRow;
  charge: ChargeRow;
  refund: RefundRow;
  dispute: DisputeRow;
  'checkout.session': SessionRow;
  'billing_portal.session': PortalSessionRow;
  'billing_portal.configuration': Stripe.BillingPortal.Configuration;
  customer_balance_transaction: BalanceTransactionRow;
  webhook_endpoint: Stripe.WebhookEndpoint;
  event: EventRow;
  'test_helpers.test_clock': Stripe.TestHelpers.TestClock;
  'sim.card': CardRow;
  'sim.debit': DebitRow;
  'sim.dunning': DunningRow;
  'sim.session_items': LineItemsRow;
  'sim.pending_change': PendingChangeRow;
  'sim.thin': ThinRow;
}

/** `Stripe.Event` is a union over every type; a row needs what they share. */
export interface EventRow extends Omit<Stripe.EventBase, 'data' | 'type'> {
  type: string;
  data: { object: object; previous_attributes?: object };
}

export type Table = keyof Rows;
export type AnyRow = Rows[Table];
