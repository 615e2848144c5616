/** Brings the books to what Stripe says, and says what is then left to be asked of Stripe. */
import { reconcile, type BillingDecision, type BillingInput } from '../core/billing/reconcile';
import type { CommandDone } from '../core/contract/billing-books';
import { TollgateError } from '../core/contract/errors';
import { readBillingInput, type BillingContext, type BillingSubject } from './billing-input';

export interface UpToDate {
  /** As Stripe was read, with the books as they are now. */
  readonly input: BillingInput;
  readonly decision: BillingDecision;
  readonly applied: readonly CommandDone[];
}

/** One pass applies what the snapshot brings; a second sees that nothing is left. */
const MAX_PASSES = 5;

/** @throws INVARIANT_BROKEN, and what the gateway and the ledger throw */
export async function bringUpToDate(
  context: BillingContext,
  subject: BillingSubject,
): Promise<UpToDate> {
  const { ledger } = context;
  const { account } = subject;
  let input = await readBillingInput(context, subject);
  const applied: CommandDone[] = [];
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const decision = reconcile(input);
    if (decision.ledger.length === 0) return { input, decision, applied };
    applied.push(...(await ledger.applyBilling(account, decision.ledger)));
    input = { ...input, books: await ledger.readBilling(account) };
  }
  throw new TollgateError(
    'INVARIANT_BROKEN',
    { account, passes: MAX_PASSES },
    { message: 'The billing rules and the books do not come to rest' },
  );
}
