/**
 * Metered units (kilobytes, tokens, seconds) as exact integers. A unit may be fractional; it counts
 * to a millionth, rounded to the nearest, so that sums of floating-point amounts stay what was meant.
 */

/** More than any block can mean; a larger value is a mistake in the block. */
export const MAX_UNITS = 1e12;

const MICRO_PER_UNIT = 1_000_000n;

/** Whether a block may report this amount: finite, zero or more, not absurd. */
export function isUnits(amount: unknown): amount is number {
  return typeof amount === 'number' && amount >= 0 && amount <= MAX_UNITS;
}

/** Whole millionths of a unit. `toFixed` is exact where multiplying by a million is not. */
export function toMicroUnits(amount: number): bigint {
  if (Number.isSafeInteger(amount)) return BigInt(amount) * MICRO_PER_UNIT;
  return BigInt(amount.toFixed(6).replace('.', ''));
}

export function fromMicroUnits(micro: bigint): number {
  return Number(micro) / Number(MICRO_PER_UNIT);
}
