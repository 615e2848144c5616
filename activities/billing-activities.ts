/**
 * What `subscription:{account}` calls. The rules of billing are applied here and not in the workflow: they
 * are pure, but they change, and histories are replayed (docs/adr/0018). Each may be tried again: books
 * and Stripe know what was done.
 */
import { reconcile } from '../core/billing/reconcile';
import type { CommandDone, LedgerCommand } from '../core/contract/billing-books';
import type { BillingView } from '../core/contract/billing-view';
import { TollgateError } from '../core/contract/errors';
import type { StripeCommand } from '../core/contract/stripe-command';
import type { Ledger } from '../ledger/ledger';
import type { StripeDone } from '../stripe/perform-command';
import { withFailures } from './as-failure';
import {
  readBillingInput,
  requireBuyer,
  type BillingContext,
  type BillingDeps,
  type BillingSubject,
} from './billing-input';

export interface BillingActivities {
  /** Reads Stripe, and brings the books to what it says. */
  reconcileAccount(subject: BillingSubject): Promise<Reconciled>;
  applyBilling(request: ApplyRequest): Promise<readonly CommandDone[]>;
  performStripe(request: PerformRequest): Promise<StripeDone>;
  openPortal(request: { readonly account: string; readonly returnUrl?: string }): Promise<string>;
}

export interface ApplyRequest {
  readonly account: string;
  readonly commands: readonly LedgerCommand[];
}

export interface PerformRequest {
  readonly account: string;
  readonly command: StripeCommand;
  readonly returnUrl?: string;
}

export interface Reconciled {
  /** What changed in the books; empty nearly always. */
  readonly applied: readonly CommandDone[];
  /** What is left to be asked of Stripe. */
  readonly stripe: readonly StripeCommand[];
  readonly view: BillingView;
  /** Time until it has to be looked at again if nothing is heard; absent: only when something is. */
  readonly wakeInMs?: number;
}

/** One pass applies what the snapshot brings; a second sees that nothing is left. */
const MAX_PASSES = 5;

export function createBillingActivities(ledger: Ledger, deps: BillingDeps): BillingActivities {
  const context: BillingContext = { ...deps, ledger };
  return {
    reconcileAccount: (subject) => withFailures(() => reconcileAccount(context, subject)),
    applyBilling: ({ account, commands }) =>
      withFailures(() => ledger.applyBilling(account, commands)),
    performStripe: ({ account, command, returnUrl }) =>
      withFailures(async () =>
        deps.gateway.perform(await requireBuyer(context, account, returnUrl), command),
      ),
    openPortal: ({ account, returnUrl }) =>
      withFailures(async () =>
        deps.gateway.openPortal(await requireBuyer(context, account, returnUrl)),
      ),
  };
}

async function reconcileAccount(
  context: BillingContext,
  subject: BillingSubject,
): Promise<Reconciled> {
  const { ledger } = context;
  let input = await readBillingInput(context, subject);
  const applied: CommandDone[] = [];
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const { ledger: commands, stripe, view, wakeAt } = reconcile(input);
    if (commands.length === 0) {
      const wakeInMs = wakeAt === undefined ? undefined : Date.parse(wakeAt) - input.now * 1_000;
      return {
        applied: applied.filter(({ changed }) => changed),
        stripe,
        view,
        ...(wakeInMs === undefined ? {} : { wakeInMs }),
      };
    }
    applied.push(...(await ledger.applyBilling(subject.account, commands)));
    input = { ...input, books: await ledger.readBilling(subject.account) };
  }
  throw new TollgateError(
    'INVARIANT_BROKEN',
    { account: subject.account, passes: MAX_PASSES },
    { message: 'The billing rules and the books do not come to rest' },
  );
}
