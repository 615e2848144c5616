/**
 * Wires the workers of one process: the ledger, the plugin, the agents, a connection to Temporal, and
 * Tollgate's own worker beside that of the agents. It refuses a ledger whose schema is missing or newer
 * than it knows, and drains before it ends: blocks that run get time to finish and settle.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { TollgateError } from '../core/contract/errors';
import { SYSTEM_TASK_QUEUE } from '../core/contract/system';
import type { Ledger } from '../ledger/ledger';
import { openLedger } from '../ledger/open-ledger';
import { TollgatePlugin } from '../plugin/tollgate-plugin';
import { openGateway } from '../stripe/gateway';
import type { AgentModule } from './agent-module';
import { toTemporalLogger } from './log';
import { patientWithWorkflows } from './starved-threads';
import { startTollgate } from './start-tollgate';
import type { StripeEnvironment } from './stripe-environment';

/** How long a block that runs when the worker is told to stop may go on. */
const SHUTDOWN_GRACE = '10s';
/** After that much longer, the worker ends whatever is still running. */
const SHUTDOWN_FORCE = '15s';
/** The build holds it; the sources do not, and are bundled at the start. */
const SYSTEM_BUNDLE = join(__dirname, '../workflows/system-bundle.js');

export interface RunWorkerOptions {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly taskQueue: string;
  readonly agents: AgentModule;
  /** Absent: this worker keeps no subscriptions. */
  readonly stripe?: StripeEnvironment;
  readonly log: Logger;
  /** Aborting it drains the worker. */
  readonly stop: AbortSignal;
  /** Called once the worker takes tasks. */
  readonly onReady?: () => void;
}

/** Resolves when the workers have drained. @throws CONFIG_INVALID, SCHEMA_MISSING, SCHEMA_TOO_NEW, LEDGER_UNAVAILABLE, TEMPORAL_UNAVAILABLE */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  refuseSystemTaskQueue(options.taskQueue);
  // Who runs this decides when it stops, so Temporal's own handlers of signals stay out.
  Runtime.install({ logger: toTemporalLogger(options.log), shutdownSignals: [] });
  const ledger = await openLedger({ connectionString: options.databaseUrl });
  try {
    const connection = await connect(options.temporalAddress);
    try {
      await serve(options, connection, ledger);
    } finally {
      await connection.close();
    }
  } finally {
    await ledger.close();
  }
}

function refuseSystemTaskQueue(taskQueue: string): void {
  if (taskQueue !== SYSTEM_TASK_QUEUE) return;
  throw new TollgateError(
    'CONFIG_INVALID',
    { taskQueue },
    { message: "This task queue is that of Tollgate's own workflows" },
  );
}

function readPlugin({
  blocks,
  priceBooks,
}: AgentModule): Pick<AgentModule, 'blocks' | 'priceBooks'> {
  return { blocks, ...(priceBooks ? { priceBooks } : {}) };
}

async function connect(address: string): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect({ address });
  } catch (cause) {
    throw new TollgateError('TEMPORAL_UNAVAILABLE', { address }, { cause });
  }
}

async function serve(
  options: RunWorkerOptions,
  connection: NativeConnection,
  ledger: Ledger,
): Promise<void> {
  const { agents, log, stop, taskQueue, temporalNamespace } = options;
  const worker = await Worker.create({
    connection,
    namespace: temporalNamespace,
    taskQueue,
    workflowsPath: agents.workflowsPath,
    ...(agents.activities ? { activities: agents.activities } : {}),
    plugins: [new TollgatePlugin({ ledger, ...readPlugin(agents) })],
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
    ...patientWithWorkflows,
  });
  const { stripe } = options;
  const tollgate = await startTollgate({
    connection,
    namespace: temporalNamespace,
    ledger,
    ...(existsSync(SYSTEM_BUNDLE) ? { workflowBundle: { codePath: SYSTEM_BUNDLE } } : {}),
    ...(stripe ? { billing: { ...stripe, gateway: openGateway(stripe) } } : {}),
  });
  const drain = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    tollgate.stop().catch(() => undefined);
  };
  stop.addEventListener('abort', drain);
  const ended = worker.run();
  if (stop.aborted) drain();
  log.info({ taskQueue, namespace: temporalNamespace }, 'worker ready');
  options.onReady?.();
  // Neither goes on without the other: whoever started this process starts it again.
  await Promise.all([ended, tollgate.ended].map((each) => each.finally(drain)));
  log.info('worker drained');
}
