/**
 * The workflow that keeps one account's subscription, as its callers see it: names, arguments, answers.
 * Plain JSON; credits as decimal strings, money in minor units.
 */
import type { BillingView } from './billing-view';
import type { PackPreview } from './pack-preview';

/** Type of the workflow. */
export const SUBSCRIPTION_WORKFLOW = 'subscription';

export function subscriptionWorkflowId(account: string): string {
  return `subscription:${account}`;
}

/** Signal: something may have changed at Stripe or in the books; look again. */
export const HINT_SIGNAL = 'hint';
/** Query: what was seen when it looked last; null before it has looked. Answers {@link BillingView}. */
export const BILLING_QUERY = 'billing';

/** Names of the updates. Each is answered when it is done, and refused with a code of the error table. */
export const SUBSCRIPTION_UPDATES = {
  refresh: 'refresh',
  subscribe: 'subscribe',
  previewPack: 'previewPack',
  changePack: 'changePack',
  cancel: 'cancel',
  resubscribe: 'resubscribe',
  cancelAgentLine: 'cancelAgentLine',
  topUp: 'topUp',
  setAutoTopUp: 'setAutoTopUp',
  portal: 'portal',
} as const;

/** Where Stripe's pages send the customer back to. Default: the worker's own setting. */
export interface Returning {
  readonly returnUrl?: string;
}

export interface SubscribeRequest extends Returning {
  /** Key of the pack. */
  readonly pack: string;
}

/** Null takes the Agent line off; Pro goes on. */
export interface PreviewRequest {
  readonly pack: string | null;
}

export interface ChangePackRequest {
  readonly pack: string;
  /** The preview that was agreed to: refused as PREVIEW_STALE when something else would be charged now. */
  readonly preview?: Agreed;
}

export interface CancelAgentLineRequest {
  readonly preview?: Agreed;
}

export type Agreed = Pick<PackPreview, 'at' | 'chargedNow'>;

export interface TopUpRequest extends Returning {
  /** Key of the top-up. */
  readonly topUp: string;
}

/** A page of Stripe's to send the customer to. */
export interface PageAnswer {
  readonly url: string;
}

/** Checkout, or what has become of an account that has a card there already. */
export type SubscribeAnswer = PageAnswer | BillingView;

/** What the workflow is started with. */
export interface SubscriptionInput {
  readonly account: string;
}
