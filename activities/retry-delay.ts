const FIRST_MS = 5_000;
const FACTOR = 4;
const LONGEST_MS = 6 * 60 * 60 * 1_000;
/** So that what failed together is not tried again together. */
const JITTER = 0.2;

/** How long after its n-th failed attempt a delivery is due again: 5 s, 20 s, 80 s … 6 h, give or take a fifth. */
export function retryDelayMs(attempt: number): number {
  const delayMs = Math.min(FIRST_MS * FACTOR ** (attempt - 1), LONGEST_MS);
  return Math.round(delayMs * (1 + JITTER * (2 * Math.random() - 1)));
}
