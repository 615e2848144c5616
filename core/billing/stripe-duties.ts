/**
 * What the rules ask of Stripe by themselves, without anybody pressing a button.
 */
import type { BillingBooks } from '../contract/billing-books';
import { credits } from '../contract/credits';
import type { Catalogue } from '../contract/plans';
import type { StripeCommand } from '../contract/stripe-command';
import type { StripeSnapshot } from '../contract/stripe-snapshot';
import { stepDownOf } from './step-down';
import type { Standing } from './standing';
import type { SubscriptionLife } from './subscription-life';
import { unusedValue } from './unused-value';

/** Two subscriptions at once: the older one stays. And one that was given up makes way for a new one. */
export function cancelStrays(
  { pro }: Catalogue,
  { lives, life, duplicates }: Standing,
): readonly StripeCommand[] {
  if (!life || life.phase !== 'running') return [];
  const second = duplicates.map(({ subscription, purchases }): StripeCommand => ({
    do: 'cancel-duplicate',
    key: `duplicate:${subscription.id}`,
    subscription: subscription.id,
    duplicateOf: life.subscription.id,
    invoices: [...new Set(purchases.map(({ invoice }) => invoice))],
  }));
  const replaced = lives
    .filter(
      ({ phase, subscription: { status, items, createdAt } }) =>
        phase === 'given-up' &&
        status !== 'canceled' &&
        createdAt < life.subscription.createdAt &&
        !items.some(({ plan }) => plan === pro?.key),
    )
    .map(({ subscription: { id } }): StripeCommand => ({
      do: 'cancel',
      key: `replaced:${id}`,
      subscription: id,
      now: true,
    }));
  return [...second, ...replaced];
}

/** A subscription has a card of its own from Checkout: a newer one of the customer's takes its place. */
export function useNewestCard(
  { customer }: StripeSnapshot,
  { lives }: Standing,
): readonly StripeCommand[] {
  const paymentMethod = customer?.paymentMethod;
  if (paymentMethod === undefined) return [];
  return lives
    .filter(
      ({ subscription: { status, paymentMethod: own } }) =>
        status !== 'canceled' &&
        status !== 'incomplete_expired' &&
        own !== undefined &&
        own !== paymentMethod,
    )
    .map(({ subscription: { id } }) => ({
      do: 'use-payment-method',
      key: `card:${id}:${paymentMethod}`,
      subscription: id,
      paymentMethod,
    }));
}

/**
 * In grace a new payment method is tried on the overdue invoice at once, instead of at Stripe's next
 * retry. What was given up is the customer's to pay: a later subscription's card is not charged for it.
 */
export function payOverdue(
  { customer, invoices }: StripeSnapshot,
  { lives }: Standing,
): readonly StripeCommand[] {
  const paymentMethod = customer?.paymentMethod;
  if (paymentMethod === undefined) return [];
  const inGrace = new Set(
    lives
      .filter(({ phase, overdue }) => phase !== 'given-up' && overdue !== undefined)
      .map(({ subscription }) => subscription.id),
  );
  return invoices
    .filter(
      ({ status, attemptCount, triedPaymentMethod, subscription }) =>
        status === 'open' &&
        subscription !== undefined &&
        inGrace.has(subscription) &&
        attemptCount > 0 &&
        triedPaymentMethod !== undefined &&
        triedPaymentMethod !== paymentMethod,
    )
    .map(({ id }) => ({
      do: 'pay-invoice',
      key: `pay:${id}:${paymentMethod}`,
      invoice: id,
      paymentMethod,
    }));
}

/** The key of what is credited for a change; see `isCredited`. */
export function unusedKey(change: string): string {
  return `unused:${change}`;
}

/**
 * The credit for a step down, once the books say what it really took. Only where the change itself says
 * that it is ours to give: Stripe's own proration needs none.
 */
export function creditUnused(
  catalogue: Catalogue,
  books: BillingBooks,
  stripe: StripeSnapshot,
  life: SubscriptionLife | undefined,
): readonly StripeCommand[] {
  if (life?.phase !== 'running' && life?.phase !== 'without-pack') return [];
  const step = stepDownOf(catalogue, life);
  if (!step) return [];
  const { change, from, to, bought, cause } = step;
  const key = unusedKey(change.id);
  if (isCredited(stripe, key)) return [];
  const cut = books.grants
    .find((grant) => grant.key === bought.grantKey)
    ?.revocations.find((revocation) => revocation.cause === cause);
  if (!cut) return [];
  const givenUp = (from?.price ?? 0) - (to?.price ?? 0);
  const amount = unusedValue(givenUp, credits(cut.taken), bought, change.at);
  if (amount === 0) return [];
  return [
    {
      do: 'credit-unused',
      key,
      subscription: life.subscription.id,
      amount,
      currency: catalogue.currency,
      description: `Unused part of ${from?.name ?? 'the pack'}`,
    },
  ];
}

function isCredited({ pendingItems, invoices }: StripeSnapshot, key: string): boolean {
  return (
    pendingItems.some((item) => item.key === key) ||
    invoices.some(({ lines }) => lines.some((line) => line.key === key))
  );
}
