/**
 * What the owner of an account asks for, worked out against the books and Stripe as they are now: what is
 * not possible is refused here, before anything is done.
 */
import {
  planCancel,
  planResubscribe,
  planSubscribe,
  planTopUp,
} from '../core/billing/plan-actions';
import {
  changeRequests,
  planChange,
  removeCredit,
  type ChangePlan,
} from '../core/billing/plan-change';
import type { BillingInput } from '../core/billing/reconcile';
import { TollgateError } from '../core/contract/errors';
import type { PackPreview } from '../core/contract/pack-preview';
import type { Seconds } from '../core/contract/plans';
import type { StripeCommand } from '../core/contract/stripe-command';
import type { Agreed } from '../core/contract/subscription';
import type { Ledger } from '../ledger/ledger';
import { withFailures } from './as-failure';
import {
  readBillingInput,
  type BillingContext,
  type BillingDeps,
  type BillingSubject,
} from './billing-input';
import { bringUpToDate } from './bring-up-to-date';
import { previewChange } from './preview-change';

export type PlannedAction =
  | { readonly do: 'subscribe'; readonly pack: string }
  | { readonly do: 'cancel' }
  | { readonly do: 'resubscribe' }
  | { readonly do: 'top-up'; readonly topUp: string };

export interface BillingPlans {
  /** `add`: the pack goes onto the subscription that is running. */
  planAction(request: PlanActionRequest): Promise<StripeCommand | 'add'>;
  planPackChange(request: PlanChangeRequest): Promise<ChangePlan>;
  /** Once the plan's `take` is done: the requests, and what undoes the first of them. */
  planPackRequests(request: PlanRequestsRequest): Promise<PackRequests>;
  previewPackChange(request: PlanChangeRequest): Promise<PackPreview>;
}

export interface PlanActionRequest {
  readonly subject: BillingSubject;
  readonly action: PlannedAction;
  readonly id: string;
}

export interface PlanChangeRequest {
  readonly subject: BillingSubject;
  /** Key of a pack; null takes the Agent line off. */
  readonly to: string | null;
  readonly id: string;
  readonly agreed?: Agreed;
}

export interface PlanRequestsRequest {
  readonly subject: BillingSubject;
  readonly plan: ChangePlan;
}

export interface PackRequests {
  readonly requests: readonly StripeCommand[];
  readonly removeCredit: StripeCommand;
}

/** How long a preview can be agreed to. */
const PREVIEW_SECONDS: Seconds = 15 * 60;

export function createBillingPlans(ledger: Ledger, deps: BillingDeps): BillingPlans {
  const context: BillingContext = { ...deps, ledger };
  return {
    planAction: ({ subject, action, id }) =>
      withFailures(async () => plan(await readCurrent(context, subject), action, id)),

    planPackChange: ({ subject, to, id, agreed }) =>
      withFailures(async () => {
        const input = await readAt(context, subject, agreed?.at);
        if (agreed) await requireSame(context, input, to, id, agreed);
        return planChange(input, to, id);
      }),

    planPackRequests: ({ subject, plan: made }) =>
      withFailures(async () => {
        const input = await readBillingInput(context, subject);
        return {
          requests: changeRequests(input, made, takenFor(input, made)),
          removeCredit: removeCredit(input, made),
        };
      }),

    previewPackChange: ({ subject, to, id }) =>
      withFailures(async () =>
        previewChange(context.gateway, await readCurrent(context, subject), to, id),
      ),
  };
}

function plan(input: BillingInput, action: PlannedAction, id: string): StripeCommand | 'add' {
  switch (action.do) {
    case 'subscribe':
      return planSubscribe(input, action.pack, id);
    case 'cancel':
      return planCancel(input, id);
    case 'resubscribe':
      return planResubscribe(input, id);
    case 'top-up':
      return planTopUp(input, action.topUp, id);
  }
}

/** What is asked for is planned on books that hold all that Stripe has brought, heard of or not. */
async function readCurrent(
  context: BillingContext,
  subject: BillingSubject,
): Promise<BillingInput> {
  return (await bringUpToDate(context, subject)).input;
}

/** As of the moment of the preview, so that Stripe prorates to the same second. */
async function readAt(
  context: BillingContext,
  subject: BillingSubject,
  at: Seconds | undefined,
): Promise<BillingInput> {
  const input = await readCurrent(context, subject);
  if (at === undefined) return input;
  if (at > input.now || at < input.now - PREVIEW_SECONDS) {
    throw new TollgateError('PREVIEW_STALE', { at, now: input.now });
  }
  return { ...input, now: at };
}

async function requireSame(
  { gateway }: BillingContext,
  input: BillingInput,
  to: string | null,
  id: string,
  { chargedNow }: Agreed,
): Promise<void> {
  const now = await previewChange(gateway, input, to, id);
  if (now.chargedNow === chargedNow) return;
  throw new TollgateError('PREVIEW_STALE', { agreed: chargedNow, now: now.chargedNow });
}

/** As the books have it, not as they answered: an answer may get lost. */
function takenFor({ books }: BillingInput, { take }: ChangePlan): string {
  if (take?.do !== 'cut') return '0';
  const held = books.grants.find(({ key }) => key === take.key);
  return held?.revocations.find(({ cause }) => cause === take.cause)?.taken ?? '0';
}
