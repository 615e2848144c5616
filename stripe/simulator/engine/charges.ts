/**
 * One attempt to charge a card for a payment intent. The card decides; the intent and a charge record what
 * happened. Money that moved and a refusal are both answers, never exceptions.
 */
import type Stripe from 'stripe';
import { emit } from '../state/events';
import type { CardRow, ChargeRow, PaymentIntentRow, PaymentMethodRow } from '../state/rows';
import type { World } from '../state/world';
import { type Decline, declineOf } from './declines';
import { openDispute } from './disputes';

export type Outcome =
  | { kind: 'paid'; intent: PaymentIntentRow }
  | { kind: 'declined'; intent: PaymentIntentRow; decline: Decline }
  | { kind: 'action'; intent: PaymentIntentRow };

/** `present`: the cardholder is there and can authenticate. */
export function chargeIntent(
  world: World,
  intent: PaymentIntentRow,
  method: PaymentMethodRow,
  present: boolean,
): Outcome {
  const card = world.need('sim.card', method.id);
  if (card.needsAuthentication && !present) return askForAuthentication(world, intent, method);
  const reason = takeDecline(world, card);
  if (reason) return refuseCharge(world, intent, method, declineOf(reason));
  const charge = recordCharge(world, intent, method, null);
  emit(world, 'charge.succeeded', charge);
  const paid = world.put<PaymentIntentRow>({
    ...intent,
    amount_received: intent.amount,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: method.id,
    status: 'succeeded',
  });
  emit(world, 'payment_intent.succeeded', paid);
  if (card.disputes) openDispute(world, charge, card.disputes);
  return { kind: 'paid', intent: paid };
}

/** Why the card refuses this time; counts down failures that were asked for. */
function takeDecline(world: World, card: CardRow): string | null {
  if (card.failNext <= 0) return card.decline;
  world.put({ ...card, failNext: card.failNext - 1 });
  return card.failNextWith;
}

function askForAuthentication(
  world: World,
  intent: PaymentIntentRow,
  method: PaymentMethodRow,
): Outcome {
  const asked = world.put<PaymentIntentRow>({
    ...intent,
    next_action: {
      type: 'use_stripe_sdk',
      use_stripe_sdk: { type: 'three_d_secure_redirect' },
    },
    payment_method: method.id,
    status: 'requires_action',
  });
  emit(world, 'payment_intent.requires_action', asked);
  return { kind: 'action', intent: asked };
}

export function refuseCharge(
  world: World,
  intent: PaymentIntentRow,
  method: PaymentMethodRow,
  why: Decline,
): Outcome {
  const charge = recordCharge(world, intent, method, why);
  emit(world, 'charge.failed', charge);
  const failed = world.put<PaymentIntentRow>({
    ...intent,
    last_payment_error: {
      charge: charge.id,
      code: why.code,
      ...(why.decline_code ? { decline_code: why.decline_code } : {}),
      message: why.message,
      payment_method: method, // A row whose link to its customer is an id.
      type: 'card_error',
    },
    latest_charge: charge.id,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  emit(world, 'payment_intent.payment_failed', failed);
  return { kind: 'declined', intent: failed, decline: why };
}

function recordCharge(
  world: World,
  intent: PaymentIntentRow,
  method: PaymentMethodRow,
  why: Decline | null,
): ChargeRow {
  return world.put({
    id: world.newId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: why ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: why ? null : world.newId('txn'),
    billing_details: method.billing_details,
    calculated_statement_descriptor: null,
    captured: !why,
    created: world.now(world.get('customer', intent.customer)?.test_clock),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: why?.code ?? null,
    failure_message: why?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(why),
    paid: !why,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: detailsOf(method),
    radar_options: {},
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: why ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  });
}

function outcomeOf(why: Decline | null): Stripe.Charge.Outcome {
  return {
    advice_code: why ? (why.hard ? 'do_not_try_again' : 'try_again_later') : null,
    network_advice_code: null,
    network_decline_code: why ? '01' : null,
    network_status: why ? 'declined_by_network' : 'approved_by_network',
    reason: why?.decline_code ?? why?.code ?? null,
    risk_level: 'normal',
    risk_score: 20,
    seller_message: why ? 'The bank returned the decline code.' : 'Payment complete.',
    type: why ? 'issuer_declined' : 'authorized',
  };
}

function detailsOf({ card }: PaymentMethodRow): Stripe.Charge.PaymentMethodDetails {
  return {
    type: 'card',
    card: {
      amount_authorized: null,
      authorization_code: null,
      brand: card?.brand ?? null,
      checks: card?.checks ?? null,
      country: 'US',
      electronic_commerce_indicator: null,
      exp_month: card?.exp_month ?? 1,
      exp_year: card?.exp_year ?? 2036,
      fingerprint: card?.fingerprint ?? null,
      funding: 'credit',
      installments: null,
      last4: card?.last4 ?? null,
      mandate: null,
      network: card?.brand ?? null,
      network_token: { used: false },
      network_transaction_id: null,
      regulated_status: 'unregulated',
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}
