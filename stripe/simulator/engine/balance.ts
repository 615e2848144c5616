/** A customer's balance: negative is credit, positive is owed; each change is a transaction of its own. */
import type Stripe from 'stripe';
import { changeRow } from '../state/events';
import type { BalanceTransactionRow } from '../state/rows';
import type { World } from '../state/world';

export function moveBalance(
  world: World,
  customerId: string,
  amount: number,
  about: {
    type: Stripe.CustomerBalanceTransaction.Type;
    invoice?: string;
    description?: string | null;
    metadata?: Record<string, string>;
  },
): BalanceTransactionRow {
  const customer = world.need('customer', customerId);
  const ending = customer.balance + amount;
  changeRow(
    world,
    customer,
    { balance: ending, currency: customer.currency ?? 'usd' },
    'customer.updated',
  );
  return world.put({
    id: world.newId('cbtxn'),
    object: 'customer_balance_transaction',
    amount,
    checkout_session: null,
    created: world.now(customer.test_clock),
    credit_note: null,
    currency: customer.currency ?? 'usd',
    customer: customerId,
    customer_account: null,
    description: about.description ?? null,
    ending_balance: ending,
    invoice: about.invoice ?? null,
    livemode: false,
    metadata: about.metadata ?? {},
    type: about.type,
  });
}
