/**
 * What Ctrl-C and SIGTERM do to a program with parts: the first stops them in order, the second at
 * once. While they are still being started, the first ends the process, and the parts follow it by
 * themselves (guard.ts).
 */

const INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  /** Resolves at the first interruption after the hand-over. */
  readonly first: Promise<void>;
  /** Everything is up: from now on an interruption is a request, and only the second one forces. */
  handOver(force: () => void): void;
  /** Everything is down: signals do what they do by default. */
  end(): void;
}

export function watchInterruption(): Interruption {
  let force: (() => void) | undefined;
  let interrupted = false;
  let resolveFirst = (): void => undefined;
  const first = new Promise<void>((resolve) => (resolveFirst = resolve));
  const onSignal = (): void => {
    if (force && !interrupted) {
      interrupted = true;
      resolveFirst();
      return;
    }
    force?.();
    process.exit(INTERRUPTED);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    first,
    handOver: (kill) => (force = kill),
    end: () => SIGNALS.forEach((signal) => process.off(signal, onSignal)),
  };
}
