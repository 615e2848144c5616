/**
 * Disputes: the funds leave when one is opened and come back when it is won. As in Stripe's test mode, the
 * words `winning_evidence` and `losing_evidence` decide.
 */
import type Stripe from 'stripe';
import { changeRow, emit } from '../state/events';
import type { ChargeRow, DisputeRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid } from '../wire/errors';

const DAYS_TO_ANSWER = 9;

export function openDispute(world: World, charge: ChargeRow, reason: string): DisputeRow {
  const now = world.now(world.get('customer', charge.customer)?.test_clock);
  changeRow(world, charge, { disputed: true }, 'charge.updated');
  const id = world.newId('du');
  const row: DisputeRow = {
    id,
    object: 'dispute',
    amount: charge.amount,
    balance_transactions: [movement(world, id, -charge.amount, charge.currency, now)],
    charge: charge.id,
    created: now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(),
    evidence_details: {
      due_by: now + DAYS_TO_ANSWER * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: {
      type: 'card',
      card: {
        brand: 'visa',
        case_type: 'chargeback',
        network: 'visa',
        network_reason_code: '10.4',
      },
    },
    reason,
    status: 'needs_response',
  };
  world.put(row);
  emit(world, 'charge.dispute.created', row);
  emit(world, 'charge.dispute.funds_withdrawn', row);
  return row;
}

export function answerDispute(world: World, dispute: DisputeRow, evidence: string): DisputeRow {
  const sent = changeRow(
    world,
    dispute,
    {
      evidence: { ...dispute.evidence, uncategorized_text: evidence },
      evidence_details: { ...dispute.evidence_details, has_evidence: true, submission_count: 1 },
      status: 'under_review',
    },
    'charge.dispute.updated',
  );
  if (evidence === 'winning_evidence') return closeDispute(world, sent, 'won');
  if (evidence === 'losing_evidence') return closeDispute(world, sent, 'lost');
  return sent;
}

export function closeDispute(
  world: World,
  dispute: DisputeRow,
  status: 'won' | 'lost',
): DisputeRow {
  if (dispute.status === 'won' || dispute.status === 'lost') {
    throw invalid('This dispute is already closed');
  }
  const charge = world.need('charge', dispute.charge);
  const now = world.now(world.get('customer', charge.customer)?.test_clock);
  const back = movement(world, dispute.id, dispute.amount, dispute.currency, now);
  const closed = world.put<DisputeRow>({
    ...dispute,
    balance_transactions:
      status === 'won' ? [...dispute.balance_transactions, back] : dispute.balance_transactions,
    status,
  });
  if (status === 'won') emit(world, 'charge.dispute.funds_reinstated', closed);
  emit(world, 'charge.dispute.closed', closed);
  return closed;
}

function movement(
  world: World,
  source: string,
  amount: number,
  currency: string,
  now: number,
): Stripe.BalanceTransaction {
  return {
    id: world.newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: now,
    balance_type: 'payments',
    created: now,
    currency,
    description: null,
    exchange_rate: null,
    fee: 0,
    fee_details: [],
    net: amount,
    reporting_category: amount < 0 ? 'dispute' : 'dispute_reversal',
    source,
    status: 'available',
    type: 'adjustment',
  };
}

function noEvidence(): Stripe.Dispute.Evidence {
  const nothing = {
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
    cancellation_rebuttal: null,
    customer_communication: null,
    customer_email_address: null,
    customer_name: null,
    customer_purchase_ip: null,
    customer_signature: null,
    duplicate_charge_documentation: null,
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    product_description: null,
    receipt: null,
    refund_policy: null,
    refund_policy_disclosure: null,
    refund_refusal_explanation: null,
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  };
  return { ...nothing, enhanced_evidence: {} };
}
