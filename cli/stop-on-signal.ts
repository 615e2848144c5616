/** For commands that serve until they are told to stop: by a signal, or by the run-time that started them. */
const INTERRUPTED = 130;

/** The first signal asks to stop in order; the second ends the process at once. */
export function stopOnSignal(): AbortSignal {
  const stop = new AbortController();
  const request = (): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, request);
  if (process.channel) {
    // As a part of `tollgate dev` (dev/part-messages.ts): the only message is to stop, and the end of the
    // channel is the end of the run-time. Closed, the channel no longer keeps this process.
    process.once('message', () => process.disconnect());
    process.once('disconnect', () => stop.abort());
  }
  return stop.signal;
}

/** Says to the run-time that started this process, where one has, that it serves now. */
export function tellReady(): void {
  if (process.connected) process.send?.({ kind: 'ready' }, () => undefined);
}
