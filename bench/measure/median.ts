/**
 * The few statistics the bench uses. A ratio is always taken inside one round, where both sides saw
 * the same minute of the machine, and the median of the rounds' ratios is what is reported.
 */

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? NaN : (upper + lower) / 2;
}

/** Median of what could be measured; null if nothing could. */
export function medianOf(values: readonly (number | null)[]): number | null {
  const measured = values.filter(
    (value): value is number => value !== null && !Number.isNaN(value),
  );
  return measured.length === 0 ? null : median(measured);
}

/** The smallest value that at least the given share (0 to 1) of all values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** Median of the rounds' own ratios; null if no round has both sides. */
export function medianRatio(
  numerators: readonly (number | null)[],
  denominators: readonly (number | null)[],
): number | null {
  const ratios: number[] = [];
  numerators.forEach((numerator, round) => {
    const denominator = denominators[round];
    if (numerator === null || denominator === null || denominator === undefined) return;
    if (denominator > 0) ratios.push(numerator / denominator);
  });
  return ratios.length === 0 ? null : median(ratios);
}

/** Three significant digits are all that a shared machine can promise. */
export function roundFigure(value: number): number {
  return Number(value.toPrecision(3));
}
