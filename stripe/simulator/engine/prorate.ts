/**
 * One proration: the share of an amount that falls on the rest of a period, to the second, floored to the
 * cent towards minus infinity (so a credit of 2.5 cents is 3 and a charge of 4.5 is 4).
 */
export interface Period {
  start: number;
  end: number;
}

/** Cents of `amount` for the time from `from` to the end; a credit has a negative `amount`. */
export function prorate(amount: number, { start, end }: Period, from: number): number {
  const left = Math.min(Math.max(end - from, 0), end - start);
  if (end <= start) return 0;
  const product = BigInt(amount) * BigInt(left);
  const length = BigInt(end - start);
  const quotient = product / length;
  const isInexact = product % length !== 0n;
  return Number(isInexact && product < 0n ? quotient - 1n : quotient);
}
