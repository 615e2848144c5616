/**
 * Expires reservations that no attempt has closed before their deadline, so that their credits come
 * back. Every worker runs one; the ledger sees to it that each reservation expires once.
 */
import type { Ledger } from '../ledger/ledger';
import { repeat, type Repetition } from './repeat';

export interface ReaperOptions {
  /** Pause between two looks, give or take a quarter. Default 5,000. */
  readonly everyMs?: number;
  /** Reservations per look. Default 1,000. */
  readonly limit?: number;
}

const DEFAULT_EVERY_MS = 5_000;
const DEFAULT_LIMIT = 1_000;

export function startReaper(
  ledger: Pick<Ledger, 'expireOverdue'>,
  options: ReaperOptions,
  onError: (error: unknown) => void,
): Repetition {
  const { everyMs = DEFAULT_EVERY_MS, limit = DEFAULT_LIMIT } = options;
  async function look(isStopped: () => boolean): Promise<void> {
    while (!isStopped() && (await ledger.expireOverdue(limit)) >= limit);
  }
  return repeat(look, everyMs, onError);
}
