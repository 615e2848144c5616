/**
 * Provides Temporal: the server of `TEMPORAL_ADDRESS`, or a development server with its UI on free
 * loopback ports. It keeps its state in memory unless a file is named.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Connection } from '@temporalio/client';
import { findFreePort, LOOPBACK } from './free-port';
import { describeFailure, logFileIn, type Part, startProgram } from './part';
import type { Progress } from './progress';
import { reasonOf, temporalUnavailable } from './refusals';
import { findTemporalProgram } from './temporal-program';

const NAME = 'Temporal';
/** Where Temporal's own tools look when they are not told otherwise. */
const USUAL_PORT = 7233;
const USUAL_UI_PORT = 8233;
const READY_DEADLINE_MS = 60_000;
const READY_POLL_MS = 100;
const STOP_GRACE_MS = 10_000;
const SEARCH_ATTRIBUTES = { CreditAccountId: 'Keyword', CreditsSpent: 'Double' };

export interface TemporalOptions {
  /** `host:port` of a server to use; nothing is started then. */
  readonly address?: string;
  /** Default: `default`. */
  readonly namespace?: string;
  /** Where the log goes. */
  readonly folder: string;
  /** Keep the state in this file; default: in memory. */
  readonly databaseFile?: string;
  /** Take this port where it is free, so that a server that comes back is found again. */
  readonly port?: number;
  /** Take Temporal's usual ports where they are free. */
  readonly usualPorts?: boolean;
  readonly progress: Progress;
}

export interface ProvidedTemporal {
  readonly address: string;
  readonly namespace: string;
  /** Base URL of Temporal's UI; absent when the server is not ours. */
  readonly uiUrl?: string;
  readonly part?: Part;
}

export async function provideTemporal(options: TemporalOptions): Promise<ProvidedTemporal> {
  const namespace = options.namespace ?? 'default';
  if (options.address) {
    await checkGiven(options.address, namespace);
    return { address: options.address, namespace };
  }
  const program = await findTemporalProgram(options.progress);
  options.progress('starting Temporal …');
  const port = await findFreePort(options.port ?? (options.usualPorts ? USUAL_PORT : 0));
  const uiPort = await findFreePort(options.usualPorts ? USUAL_UI_PORT : 0);
  if (options.databaseFile) mkdirSync(dirname(options.databaseFile), { recursive: true });
  const part = await startProgram(NAME, {
    command: program,
    args: listArguments({ port, uiPort, namespace, databaseFile: options.databaseFile }),
    cwd: '/',
    env: {},
    logFile: logFileIn(options.folder, 'temporal'),
    stopSignal: 'SIGTERM',
    graceMs: STOP_GRACE_MS,
  });
  const address = `${LOOPBACK}:${port}`;
  try {
    await waitUntilReady(address, namespace, part);
  } catch (error) {
    await part.stop();
    throw error;
  }
  return { address, namespace, uiUrl: `http://${LOOPBACK}:${uiPort}`, part };
}

function listArguments(server: {
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  readonly databaseFile: string | undefined;
}): string[] {
  const args = [
    'server',
    'start-dev',
    '--ip',
    LOOPBACK,
    '--ui-ip',
    LOOPBACK,
    '--log-level',
    'warn',
  ];
  args.push('--port', String(server.port), '--ui-port', String(server.uiPort));
  args.push('--namespace', server.namespace);
  for (const [name, type] of Object.entries(SEARCH_ATTRIBUTES)) {
    args.push('--search-attribute', `${name}=${type}`);
  }
  // Lets a worker start a block in the same round trip as the workflow task that asked for it.
  args.push('--dynamic-config-value', 'system.enableActivityEagerExecution=true');
  if (server.databaseFile) args.push('--db-filename', server.databaseFile);
  return args;
}

async function checkGiven(address: string, namespace: string): Promise<void> {
  try {
    await askFor(address, namespace);
  } catch (cause) {
    throw temporalUnavailable(
      `The Temporal server of TEMPORAL_ADDRESS (${address}, namespace ${namespace}) does not answer ` +
        `(${reasonOf(cause)}). Start it, correct TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, or unset them.`,
      cause,
    );
  }
}

async function waitUntilReady(address: string, namespace: string, part: Part): Promise<void> {
  let ended: string | undefined;
  void part.ended.then((how) => (ended = how));
  const deadline = Date.now() + READY_DEADLINE_MS;
  for (;;) {
    try {
      await askFor(address, namespace, Object.keys(SEARCH_ATTRIBUTES));
      return;
    } catch (error) {
      if (ended !== undefined) {
        throw temporalUnavailable(describeFailure(NAME, ended, part.logFile));
      }
      if (Date.now() > deadline) {
        throw temporalUnavailable(`Temporal does not get ready: ${reasonOf(error)}`, error);
      }
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    }
  }
}

/** Throws unless the namespace answers and knows the search attributes. */
async function askFor(
  address: string,
  namespace: string,
  searchAttributes: readonly string[] = [],
): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '5s' });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    if (searchAttributes.length === 0) return;
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    });
    const missing = searchAttributes.filter((name) => !(name in customAttributes));
    if (missing.length > 0) throw new Error(`missing search attributes: ${missing.join(', ')}`);
  } finally {
    await connection.close();
  }
}
