/**
 * Expires reservations that no attempt has closed before their deadline, so that their credits come
 * back. Every worker runs one; the ledger sees to it that each reservation expires once.
 */
import type { Ledger } from '../ledger/ledger';

export interface ReaperOptions {
  /** Pause between two looks, give or take a quarter. Default 5,000. */
  readonly everyMs?: number;
  /** Reservations per look. Default 1,000. */
  readonly limit?: number;
}

const DEFAULT_EVERY_MS = 5_000;
const DEFAULT_LIMIT = 1_000;
/** So that the workers of a fleet do not all look at the same moment. */
const JITTER = 0.25;

export interface Reaper {
  /** Resolves when the look that is under way has ended. */
  stop(): Promise<void>;
}

export function startReaper(
  ledger: Pick<Ledger, 'expireOverdue'>,
  options: ReaperOptions,
  onError: (error: unknown) => void,
): Reaper {
  const { everyMs = DEFAULT_EVERY_MS, limit = DEFAULT_LIMIT } = options;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let looking: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    try {
      while (!stopped && (await ledger.expireOverdue(limit)) >= limit);
    } catch (error) {
      onError(error);
    }
    wait();
  }

  function wait(): void {
    if (stopped) return;
    const pauseMs = everyMs * (1 + JITTER * (2 * Math.random() - 1));
    timer = setTimeout(() => {
      looking = look();
    }, pauseMs);
    // A process that has nothing else to do may end.
    timer.unref();
  }

  wait();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
