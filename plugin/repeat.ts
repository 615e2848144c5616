/** A look that every worker takes every few seconds, one at a time, as long as the worker runs. */

/** So that the workers of a fleet do not all look at the same moment. */
const JITTER = 0.25;

export interface Repetition {
  /** Resolves when the look that is under way has ended. */
  stop(): Promise<void>;
}

/** @param everyMs the pause between two looks, give or take a quarter; the first comes after one. */
export function repeat(
  look: (isStopped: () => boolean) => Promise<void>,
  everyMs: number,
  onError: (error: unknown) => void,
): Repetition {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let looking: Promise<void> = Promise.resolve();

  function wait(): void {
    if (stopped) return;
    timer = setTimeout(
      () => {
        looking = look(() => stopped)
          .catch(onError)
          .then(wait);
      },
      everyMs * (1 + JITTER * (2 * Math.random() - 1)),
    );
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
