/**
 * How the gateway asks: every call with its errors translated, every POST under a key of ours. The
 * client would make up a new key for each call, and a retry by Temporal would then pay twice. A DELETE has
 * none, because Stripe ignores it there: what is gone already is found gone instead.
 */
import { createHash, randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { asStripeError } from './failures';

const MAX_KEY = 255;
/** Objects of one page; Stripe's own limit. */
export const PAGE = 100;
/** More than any customer has; beyond it something is wrong, and reading on would not end. */
const MAX_LISTED = 10_000;

export async function ask<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw asStripeError(error);
  }
}

/** All pages of a list. */
export function askAll<Item extends { id: string }>(
  list: () => Stripe.ApiListPromise<Item>,
): Promise<Item[]> {
  return ask(() => list().autoPagingToArray({ limit: MAX_LISTED }));
}

/** The same parts always give the same key. */
export function writeKey(...parts: readonly string[]): { idempotencyKey: string } {
  const key = ['tollgate', ...parts].join(':');
  if (key.length <= MAX_KEY) return { idempotencyKey: key };
  return { idempotencyKey: `tollgate:${createHash('sha256').update(key).digest('hex')}` };
}

/**
 * For what is to be done anew each time, such as a preview or setting right what somebody has changed by
 * hand: the tries of one call share the key, no two calls do.
 */
export function freshKey(...parts: readonly string[]): { idempotencyKey: string } {
  return writeKey(...parts, randomUUID());
}
