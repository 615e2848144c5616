/** Refunds: cumulative on the charge; one may fail later, and the amount is the merchant's again. */
import { changeRow, emit } from '../state/events';
import type { ChargeRow, RefundRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid } from '../wire/errors';

export function refundCharge(
  world: World,
  charge: ChargeRow,
  wanted: {
    amount: number | null;
    reason: 'duplicate' | 'fraudulent' | 'requested_by_customer' | null;
    metadata: Record<string, string>;
  },
): RefundRow {
  const left = charge.amount_captured - charge.amount_refunded;
  const amount = wanted.amount ?? left;
  if (charge.refunded || left <= 0) {
    throw invalid(
      `Charge ${charge.id} has already been refunded.`,
      undefined,
      'charge_already_refunded',
    );
  }
  if (charge.disputed) {
    throw invalid(
      `Charge ${charge.id} has been charged back; cannot issue a refund.`,
      undefined,
      'charge_disputed',
    );
  }
  if (amount <= 0) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  if (amount > left) {
    throw invalid(
      `Refund amount ($${(amount / 100).toFixed(2)}) is greater than unrefunded amount on charge ($${(left / 100).toFixed(2)})`,
      'amount',
      'amount_too_large',
    );
  }
  const row = world.put<RefundRow>({
    id: world.newId('re'),
    object: 'refund',
    amount,
    balance_transaction: world.newId('txn'),
    charge: charge.id,
    created: world.now(world.get('customer', charge.customer)?.test_clock),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      type: 'card',
      card: {
        reference_status: 'pending',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
    },
    metadata: wanted.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: wanted.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  });
  const refunded = charge.amount_refunded + amount;
  changeRow(
    world,
    charge,
    { amount_refunded: refunded, refunded: refunded === charge.amount_captured },
    'charge.refunded',
  );
  emit(world, 'refund.created', row);
  return row;
}

/** The bank gave the money back to us. */
export function failRefund(world: World, refund: RefundRow): RefundRow {
  if (refund.status !== 'succeeded') throw invalid('This refund has failed already.');
  const failed = world.put<RefundRow>({
    ...refund,
    failure_balance_transaction: world.newId('txn'),
    failure_reason: 'lost_or_stolen_card',
    status: 'failed',
  });
  const charge = world.need('charge', refund.charge);
  world.put({
    ...charge,
    amount_refunded: charge.amount_refunded - refund.amount,
    refunded: false,
  });
  emit(world, 'refund.failed', failed);
  return failed;
}
