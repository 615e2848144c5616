/**
 * How the gateway asks: every call with its errors translated, every write under a key of ours. The
 * client would make up a new key for each call, and a retry by Temporal would then pay twice.
 */
import { createHash } from 'node:crypto';
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
