/**
 * A change of packs as it is written into the subscription's metadata, in the very request that
 * changes it: so whoever reads the subscription knows which change made it what it is.
 */
import type { Seconds, UnusedPolicy } from './plans';

/** The metadata field of a subscription. Its value is at most 500 characters. */
export const CHANGE_METADATA = 'tollgate_change';

export interface PackChange {
  /** Unique per change; also names what is credited for it. */
  readonly id: string;
  /** Keys of packs; null: no pack. */
  readonly from: string | null;
  readonly to: string | null;
  readonly at: Seconds;
  /** Who credits what is unused: `time` is Stripe's own proration. */
  readonly unused: UnusedPolicy;
}

export function encodePackChange({ id, from, to, at, unused }: PackChange): string {
  return JSON.stringify({ id, from, to, at, unused });
}

/** Undefined for anything that is not a change as we write it. */
export function decodePackChange(text: string | undefined): PackChange | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
  if (typeof read !== 'object' || read === null) return undefined;
  const { id, from, to, at, unused } = read as Record<string, unknown>; // each field is looked at below
  if (typeof id !== 'string' || id === '' || typeof at !== 'number') return undefined;
  if (!isPackKey(from) || !isPackKey(to)) return undefined;
  if (unused !== 'time' && unused !== 'time-and-credits') return undefined;
  return { id, from, to, at, unused };
}

function isPackKey(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
