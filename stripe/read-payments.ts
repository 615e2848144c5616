/**
 * The payments of a customer, each with what was taken back of it: charges carry their refunds, and only
 * those that are disputed are asked about further.
 */
import type Stripe from 'stripe';
import type { PaymentSnapshot } from '../core/contract/stripe-snapshot';
import { ask, askAll, PAGE } from './ask';
import { idOf } from './ids';

export interface Payments {
  /** What arrived by this PaymentIntent or charge; undefined while nothing has. */
  of(payment: string): PaymentSnapshot | undefined;
  /** The method of the last try that failed. */
  failedMethodOf(payment: string): string | undefined;
}

export async function readPayments(sdk: Stripe, customer: string): Promise<Payments> {
  const charges = await askAll(() =>
    sdk.charges.list({ customer, limit: PAGE, expand: ['data.refunds'] }),
  );
  const arrived = await Promise.all(
    charges
      .filter(({ status }) => status === 'succeeded')
      .map(async (charge) => [paymentIdOf(charge), await readPayment(sdk, charge)] as const),
  );
  const payments = new Map(arrived);
  return {
    of: (payment) => payments.get(payment),
    failedMethodOf(payment) {
      const failed = charges.filter(
        (charge) => charge.status === 'failed' && paymentIdOf(charge) === payment,
      );
      const last = failed.reduce<Stripe.Charge | undefined>(
        (latest, charge) => (latest && latest.created >= charge.created ? latest : charge),
        undefined,
      );
      return last?.payment_method ?? undefined;
    },
  };
}

/** Charges of one PaymentIntent are tries of one payment. */
function paymentIdOf({ id, payment_intent }: Stripe.Charge): string {
  return idOf(payment_intent) ?? id;
}

async function readPayment(sdk: Stripe, charge: Stripe.Charge): Promise<PaymentSnapshot> {
  const { id, amount_captured, disputed } = charge;
  const [refunds, disputes] = await Promise.all([
    readRefunds(sdk, charge),
    disputed ? askAll(() => sdk.disputes.list({ charge: id, limit: PAGE })) : [],
  ]);
  return {
    id: paymentIdOf(charge),
    amount: amount_captured,
    refunds: refunds.map((refund) => ({
      id: refund.id,
      amount: refund.amount,
      status: refund.status ?? 'succeeded',
    })),
    disputes: disputes.map(({ id: dispute, amount, status }) => ({ id: dispute, amount, status })),
  };
}

async function readRefunds(sdk: Stripe, { id, refunds }: Stripe.Charge): Promise<Stripe.Refund[]> {
  if (refunds && !refunds.has_more) return refunds.data;
  return ask(() =>
    sdk.refunds.list({ charge: id, limit: PAGE }).autoPagingToArray({ limit: 10_000 }),
  );
}
