/** Payment intents: made when an invoice becomes final, a Checkout session asks for money, or by the API. */
import { emit } from '../state/events';
import type { InvoiceRow, PaymentIntentRow } from '../state/rows';
import type { World } from '../state/world';

interface Wanted {
  amount: number;
  currency: string;
  customer: string | null;
  description: string | null;
  metadata: Record<string, string>;
  setupFutureUsage: 'off_session' | 'on_session' | null;
  method?: string | null;
  automatic?: PaymentIntentRow['automatic_payment_methods'];
}

export function openIntent(world: World, wanted: Wanted): PaymentIntentRow {
  const id = world.newId('pi');
  const row: PaymentIntentRow = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: ['card'],
    amount: wanted.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: wanted.automatic ?? null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: `${id}_secret_${world.newId('s').slice(2)}`,
    confirmation_method: 'automatic',
    created: world.now(world.get('customer', wanted.customer)?.test_clock),
    currency: wanted.currency,
    customer: wanted.customer,
    customer_account: null,
    description: wanted.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: wanted.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: wanted.method ?? null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: {
        installments: null,
        mandate_options: null,
        network: null,
        request_three_d_secure: 'automatic',
      },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: wanted.setupFutureUsage,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: wanted.method ? 'requires_confirmation' : 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
  world.put(row);
  emit(world, 'payment_intent.created', row);
  return row;
}

/** The intent of an invoice that is due, and the link between them. */
export function createIntent(world: World, invoice: InvoiceRow): void {
  const intent = openIntent(world, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: invoice.customer,
    description: describe(invoice),
    metadata: {},
    setupFutureUsage: invoice.parent ? 'off_session' : null,
  });
  world.put({
    id: world.newId('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: intent.created,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { type: 'payment_intent', payment_intent: intent.id },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  });
}

function describe(invoice: InvoiceRow): string {
  switch (invoice.billing_reason) {
    case 'subscription_create':
      return 'Subscription creation';
    case 'subscription_update':
      return 'Subscription update';
    case 'manual':
      return invoice.description ?? 'Payment for Invoice';
    default:
      return 'Subscription update';
  }
}

export function intentOf(world: World, invoice: string): PaymentIntentRow | undefined {
  const payment = world.all('invoice_payment').find((it) => it.invoice === invoice);
  const id = payment?.payment.payment_intent;
  return typeof id === 'string' ? world.get('payment_intent', id) : undefined;
}
