/**
 * Repeats a ledger operation while the ledger does not answer. Every operation may be sent again with
 * the same arguments, whatever had happened to it. A settle is worth waiting for: giving up means that
 * Temporal runs the block again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isTollgateError } from '../core/contract/errors';

/** For how long a block that has run waits for the ledger to come back. */
export const SETTLE_PATIENCE_MS = 60_000;
/** A block that has not run yet can as well be tried again by Temporal. */
export const RESERVE_PATIENCE_MS = 5_000;
export const RELEASE_PATIENCE_MS = 5_000;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** @throws LEDGER_UNAVAILABLE when the patience is over; any other error at once. */
export async function persist<Answer>(
  operation: () => Promise<Answer>,
  patienceMs: number,
): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await operation();
    } catch (error) {
      if (!isTollgateError(error, 'LEDGER_UNAVAILABLE') || Date.now() + pauseMs > deadline)
        throw error;
      await sleep(pauseMs);
    }
  }
}
