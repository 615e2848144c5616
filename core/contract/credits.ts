/**
 * The unit of money. In memory an amount is a `bigint` of micro-credits (1 credit = 1,000,000); on
 * every wire (headers, receipts, JSON, CLI) it is a decimal string of credits such as `"4.25"`.
 * Nothing is rounded or clamped on the way: text that does not name an exact amount is refused.
 */
import { TollgateError } from './errors';

/** Whole micro-credits. 1 credit = 1,000,000. */
export type Credits = bigint;

/** A decimal string of credits with at most six decimals, such as `"0.05"`. */
export type CreditsText = string;

const MICRO_PER_CREDIT = 1_000_000n;

/** PostgreSQL's `bigint`, less head room so that sums of amounts cannot overflow either. */
export const MAX_CREDITS: Credits = 10n ** 18n;

const PATTERN = /^(-?)(\d{1,13})(?:\.(\d{1,6}))?$/;

/**
 * Reads an amount of credits: `credits('4.25')` is `4_250_000n`.
 * @throws AMOUNT_INVALID for anything that is not a plain decimal with at most six decimals.
 */
export function credits(text: CreditsText | number): Credits {
  const source = typeof text === 'number' ? String(text) : text;
  const match = typeof source === 'string' ? PATTERN.exec(source.trim()) : null;
  if (!match) throw new TollgateError('AMOUNT_INVALID', { amount: String(text) });
  const [, sign, whole = '0', decimals = ''] = match;
  const micro = BigInt(whole) * MICRO_PER_CREDIT + BigInt(decimals.padEnd(6, '0'));
  if (micro > MAX_CREDITS) throw new TollgateError('AMOUNT_INVALID', { amount: source });
  return sign ? -micro : micro;
}

/** Writes an amount as the shortest exact decimal: `formatCredits(4_250_000n)` is `"4.25"`. */
export function formatCredits(amount: Credits): CreditsText {
  const magnitude = amount < 0n ? -amount : amount;
  const whole = magnitude / MICRO_PER_CREDIT;
  const decimals = String(magnitude % MICRO_PER_CREDIT)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${whole}${decimals ? `.${decimals}` : ''}`;
}
