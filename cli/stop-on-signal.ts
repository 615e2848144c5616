/** For commands that serve until they are told to stop. */
const INTERRUPTED = 130;

/** The first signal asks to stop in order; the second ends the process at once. */
export function stopOnSignal(): AbortSignal {
  const stop = new AbortController();
  const request = (): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, request);
  return stop.signal;
}
