/**
 * The worker as a program: `node dist/worker/main.js`. Everything it needs comes from the environment
 * (environment.ts). Started by `tollgate dev`, it says when it is ready and ends when that is gone.
 */
import { join } from 'node:path';
import { isTollgateError, errors } from '../core/contract/errors';
import { loadAgentModule } from './agent-module';
import { readWorkerEnvironment } from './environment';
import { createLog } from './log';
import { runWorker } from './run-worker';
import { readStripeEnvironment } from './stripe-environment';

const EXAMPLES = join(__dirname, '../examples/agents.js');

async function main(): Promise<void> {
  const stop = stopOnRequest();
  const { agents, logLevel, ...places } = readWorkerEnvironment();
  const stripe = readStripeEnvironment();
  const log = createLog(logLevel);
  await runWorker({
    ...places,
    agents: await loadAgentModule(agents ?? EXAMPLES),
    ...(stripe ? { stripe } : {}),
    log,
    stop,
    onReady: () => tellRunTime({ kind: 'ready' }),
  });
  // The channel to the run-time would keep this process alive.
  if (process.connected) process.disconnect();
}

/** Aborts at the first request to stop; a second signal ends the process at once. */
function stopOnRequest(): AbortSignal {
  const stop = new AbortController();
  const request = (): void => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, request);
  if (process.channel) {
    process.on('message', () => stop.abort());
    process.on('disconnect', () => stop.abort());
  }
  return stop.signal;
}

function tellRunTime(message: object): void {
  if (process.connected) process.send?.(message, () => undefined);
}

main().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${isTollgateError(error) ? `${error.code}: ` : ''}${reason}\n`);
  const status = isTollgateError(error) ? errors[error.code].exitCode : 1;
  // Temporal's native core goes on trying to reach a server that is gone, and would keep this process.
  const exit = (): never => process.exit(status);
  if (process.connected) process.send?.({ kind: 'failed', reason }, exit);
  else exit();
});
