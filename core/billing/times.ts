/** Stripe's seconds and the ISO times of everything else. */
import type { Seconds } from '../contract/plans';

export const MINUTE: Seconds = 60;
export const HOUR: Seconds = 60 * MINUTE;
export const DAY: Seconds = 24 * HOUR;
/** How far the clocks of two hosts may be apart: ours have the times of changes, Stripe's those of purchases. */
export const CLOCK_SKEW: Seconds = 5 * MINUTE;

/** ISO time in UTC, such as `2026-03-01T00:00:00.000Z`. */
export function isoTime(at: Seconds): string {
  return new Date(at * 1_000).toISOString();
}

/** The first second of the calendar month in UTC, or of one so many months later. */
export function monthStart(at: Seconds, monthsLater = 0): Seconds {
  const date = new Date(at * 1_000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater, 1) / 1_000;
}
