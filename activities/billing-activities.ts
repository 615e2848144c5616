/**
 * What `subscription:{account}` calls. The rules of billing are applied here and not in the workflow: they
 * are pure, but they change, and histories are replayed (docs/adr/0018). Each may be tried again: books
 * and Stripe know what was done.
 */
import { planAutoTopUp } from '../core/billing/plan-actions';
import type { AutoTopUpRequest } from '../core/contract/auto-top-up';
import type { CommandDone, LedgerCommand } from '../core/contract/billing-books';
import type { BillingView } from '../core/contract/billing-view';
import type { StripeCommand } from '../core/contract/stripe-command';
import type { Ledger } from '../ledger/ledger';
import type { StripeDone } from '../stripe/perform-command';
import { withFailures } from './as-failure';
import {
  requireBuyer,
  type BillingContext,
  type BillingDeps,
  type BillingSubject,
} from './billing-input';
import { bringUpToDate } from './bring-up-to-date';

export interface BillingActivities {
  /** Reads Stripe, and brings the books to what it says. */
  reconcileAccount(subject: BillingSubject): Promise<Reconciled>;
  applyBilling(request: ApplyRequest): Promise<readonly CommandDone[]>;
  performStripe(request: PerformRequest): Promise<StripeDone>;
  /** Null turns it off. */
  setAutoTopUp(request: SetAutoTopUpRequest): Promise<void>;
  openPortal(request: PortalRequest): Promise<string>;
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

export interface SetAutoTopUpRequest {
  readonly subject: BillingSubject;
  readonly wanted: AutoTopUpRequest | null;
}

export interface PortalRequest {
  readonly account: string;
  /** Of the wish for a link. */
  readonly id: string;
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
    setAutoTopUp: ({ subject, wanted }) =>
      withFailures(async () => {
        const { input } = await bringUpToDate(context, subject);
        const settings = planAutoTopUp(input, wanted);
        await ledger.setAutoTopUp(subject.account, settings ?? null);
      }),
    openPortal: ({ account, id, returnUrl }) =>
      withFailures(async () =>
        deps.gateway.openPortal(await requireBuyer(context, account, returnUrl), id),
      ),
  };
}

async function reconcileAccount(
  context: BillingContext,
  subject: BillingSubject,
): Promise<Reconciled> {
  const { input, decision, applied } = await bringUpToDate(context, subject);
  const { stripe, view, wakeAt } = decision;
  // Only then would a look buy: in every other state it is told, or wakes, when that changes.
  if (input.autoTopUp) {
    await context.ledger.watchAutoTopUp(subject.account, view.autoTopUp === 'ready');
  }
  const wakeInMs = wakeAt === undefined ? undefined : Date.parse(wakeAt) - input.now * 1_000;
  return {
    applied: applied.filter(({ changed }) => changed),
    stripe,
    view,
    ...(wakeInMs === undefined ? {} : { wakeInMs }),
  };
}
