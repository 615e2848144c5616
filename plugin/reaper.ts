/**
 * Expires reservations that no attempt has closed before their deadline, so that their credits come
 * back, and asks after the runs that hold a guarantee. Every worker runs one; the ledger sees to it that
 * each reservation expires once.
 */
import type { Ledger } from '../ledger/ledger';
import { repeat, type Repetition } from './repeat';

export interface ReaperOptions {
  /** Pause between two looks, give or take a quarter. Default 5,000. */
  readonly everyMs?: number;
  /** Reservations per look. Default 1,000. */
  readonly limit?: number;
  /** How often Temporal is asked whether a run that holds a guarantee still lives. Default 60,000. */
  readonly askEveryMs?: number;
}

const DEFAULT_EVERY_MS = 5_000;
const DEFAULT_LIMIT = 1_000;

export function startReaper(
  ledger: Pick<Ledger, 'expireOverdue'>,
  options: ReaperOptions,
  onError: (error: unknown) => void,
  sweep: () => Promise<void> = () => Promise.resolve(),
): Repetition {
  const { everyMs = DEFAULT_EVERY_MS, limit = DEFAULT_LIMIT } = options;
  async function look(isStopped: () => boolean): Promise<void> {
    // First, so that no guarantee lapses whose run could have been asked after.
    await sweep().catch(onError);
    while (!isStopped() && (await ledger.expireOverdue(limit)) >= limit);
  }
  return repeat(look, everyMs, onError);
}
