/**
 * What is asked of Stripe for each thing that an account's owner can do, apart from changing packs
 * (plan-change.ts). Each refuses what is not possible now.
 */
import type { AutoTopUp, AutoTopUpRequest } from '../contract/auto-top-up';
import { credits } from '../contract/credits';
import { TollgateError } from '../contract/errors';
import type { StripeCommand } from '../contract/stripe-command';
import { requireSoldPack, requireTopUp } from './plans';
import { requireAction } from './possible-actions';
import type { BillingInput } from './reconcile';
import { standingOf, type Standing } from './standing';

/**
 * Checkout for a pack. Where a subscription without a pack is running already (Pro alone), the pack is
 * added to it instead: see `planChange`.
 * @throws PLAN_UNKNOWN, BILLING_ACTION_UNAVAILABLE
 */
export function planSubscribe(
  input: BillingInput,
  pack: string,
  id: string,
): StripeCommand | 'add' {
  const { lookupKey } = requireSoldPack(input.catalogue, pack);
  const { life } = allowed('subscribe', input);
  if (life?.phase === 'without-pack') return 'add';
  return { do: 'checkout-pack', key: `subscribe:${id}`, lookupKey };
}

/**
 * At the period's end; at once where the running period was never paid, which would be a free one.
 * @throws BILLING_ACTION_UNAVAILABLE
 */
export function planCancel(input: BillingInput, id: string): StripeCommand {
  const { state, life } = allowed('cancel', input);
  const subscription = life?.subscription.id ?? '';
  return { do: 'cancel', key: `cancel:${id}`, subscription, now: state === 'grace' };
}

/** @throws BILLING_ACTION_UNAVAILABLE */
export function planResubscribe(input: BillingInput, id: string): StripeCommand {
  const { life } = allowed('resubscribe', input);
  return {
    do: 'resubscribe',
    key: `resubscribe:${id}`,
    subscription: life?.subscription.id ?? '',
  };
}

/** @throws PLAN_UNKNOWN, BILLING_ACTION_UNAVAILABLE */
export function planTopUp(input: BillingInput, topUp: string, id: string): StripeCommand {
  const { lookupKey, credits } = requireTopUp(input.catalogue, topUp);
  allowed('top-up', input);
  return { do: 'checkout-top-up', key: `top-up:${id}`, lookupKey, credits };
}

/**
 * Settings to keep for `reconcile`; null turns it off.
 * @throws PLAN_UNKNOWN, INPUT_INVALID, BILLING_ACTION_UNAVAILABLE
 */
export function planAutoTopUp(
  input: BillingInput,
  wanted: AutoTopUpRequest | null,
): AutoTopUp | undefined {
  if (wanted === null) return undefined;
  allowed('set-auto-top-up', input);
  const { price } = requireTopUp(input.catalogue, wanted.topUp);
  if (!Number.isInteger(wanted.monthlyCeiling) || wanted.monthlyCeiling < price) {
    throw new TollgateError('INPUT_INVALID', {
      monthlyCeiling: wanted.monthlyCeiling,
      rule: `a whole number of at least ${price}, the price of one top-up`,
    });
  }
  if (credits(wanted.below) <= 0n) {
    throw new TollgateError('INPUT_INVALID', { below: wanted.below, rule: 'above zero' });
  }
  const { topUp, below, monthlyCeiling } = wanted;
  return { topUp, below, monthlyCeiling, enabledAt: input.now };
}

function allowed(action: Parameters<typeof requireAction>[0], input: BillingInput): Standing {
  const { catalogue, books, stripe, now } = input;
  const standing = standingOf(catalogue, stripe, now);
  requireAction(action, catalogue, books, stripe, standing);
  return standing;
}
