/**
 * Where the ledger and Temporal are. The environment decides; what it leaves open is looked up in
 * the note that a running `tollgate dev` (`npm start`) keeps in the current folder. This is the only file
 * of the CLI that reads the environment.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TollgateError } from '../core/contract/errors';
import { readWorkerEnvironment, type WorkerEnvironment } from '../worker/environment';

export interface Environment {
  readonly databaseUrl?: string;
  readonly temporalAddress?: string;
  readonly temporalNamespace: string;
  /** Address of Temporal's own web page, when one is known. */
  readonly temporalUi?: string;
}

/** What STRIPE_SECRET_KEY and STRIPE_API_URL are for the simulator of a run-time. */
export interface SimulatedStripe {
  readonly stripeSecretKey: string;
  readonly stripeApiUrl: string;
}

const RUN_TIME_NOTE = join('.tollgate', 'run-time.json');

export function readEnvironment(): Environment {
  const note = readRunTimeNote(join(process.cwd(), RUN_TIME_NOTE));
  const databaseUrl = process.env.DATABASE_URL || note.databaseUrl;
  const temporalAddress = process.env.TEMPORAL_ADDRESS || note.temporalAddress;
  // The note's page shows the note's server, so it says nothing about another one.
  const ownTemporal =
    !process.env.TEMPORAL_ADDRESS || process.env.TEMPORAL_ADDRESS === note.temporalAddress;
  const temporalUi = process.env.TEMPORAL_UI || (ownTemporal ? note.temporalUi : undefined);
  return {
    temporalNamespace: process.env.TEMPORAL_NAMESPACE || note.temporalNamespace || 'default',
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(temporalAddress ? { temporalAddress } : {}),
    ...(temporalUi ? { temporalUi } : {}),
  };
}

/** The database to work on. @throws CONFIG_INVALID when neither the environment nor a note names one. */
export function requireDatabaseUrl(environment: Environment = readEnvironment()): string {
  if (environment.databaseUrl) return environment.databaseUrl;
  throw new TollgateError(
    'CONFIG_INVALID',
    { setting: 'DATABASE_URL' },
    {
      message: 'No database: start `npm start` in this folder, or set DATABASE_URL',
    },
  );
}

/** The environment; where it has no key for Stripe, with the simulator of the run-time of this folder. */
export function readStripeVariables(): NodeJS.ProcessEnv {
  if (process.env.STRIPE_SECRET_KEY) return process.env;
  const { stripeSecretKey, stripeApiUrl } = readRunTimeNote(join(process.cwd(), RUN_TIME_NOTE));
  if (stripeSecretKey === undefined || stripeApiUrl === undefined) return process.env;
  return { ...process.env, STRIPE_SECRET_KEY: stripeSecretKey, STRIPE_API_URL: stripeApiUrl };
}

/** Where a worker of this command line works. @throws CONFIG_INVALID without a database */
export function readWorkerPlaces(): WorkerEnvironment {
  const environment = readEnvironment();
  return readWorkerEnvironment({
    ...process.env,
    DATABASE_URL: requireDatabaseUrl(environment),
    TEMPORAL_ADDRESS: environment.temporalAddress,
    TEMPORAL_NAMESPACE: environment.temporalNamespace,
  });
}

interface RunTimeNote extends Partial<SimulatedStripe> {
  readonly databaseUrl?: string;
  readonly temporalAddress?: string;
  readonly temporalNamespace?: string;
  readonly temporalUi?: string;
}

function readRunTimeNote(path: string): RunTimeNote {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return {};
  }
  const note = parseObject(path, text);
  // The run-time removes its note when it stops; one left by a killed run-time names a dead process.
  if (typeof note.pid === 'number' && !isAlive(note.pid)) return {};
  const { databaseUrl, temporalAddress, temporalNamespace, temporalUi } = note;
  const { stripeSecretKey, stripeApiUrl } = note;
  return {
    ...(typeof databaseUrl === 'string' ? { databaseUrl } : {}),
    ...(typeof temporalAddress === 'string' ? { temporalAddress } : {}),
    ...(typeof temporalNamespace === 'string' ? { temporalNamespace } : {}),
    ...(typeof temporalUi === 'string' ? { temporalUi } : {}),
    ...(typeof stripeSecretKey === 'string' ? { stripeSecretKey } : {}),
    ...(typeof stripeApiUrl === 'string' ? { stripeApiUrl } : {}),
  };
}

function parseObject(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch (cause) {
    throw new TollgateError('CONFIG_INVALID', { file: path }, { message: 'Not JSON', cause });
  }
  throw new TollgateError('CONFIG_INVALID', { file: path }, { message: 'Not a JSON object' });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}
