/**
 * How a command answers: it works out one answer, and this file prints it, as one JSON value under
 * `--json` and as text otherwise. Nothing else of the CLI writes to stdout, except the export's stream.
 */
import type { Command } from 'commander';
import type { Ledger } from '../ledger/ledger';
import { requireDatabaseUrl } from './environment';

export interface Answer {
  /** JSON-able: amounts as decimal strings, times as ISO strings or `Date`. */
  readonly json: unknown;
  /** Empty where the command has printed as it went on. */
  readonly text: string;
  /** Exit status; default 0. */
  readonly exitCode?: number;
}

/** One connection for reads and writes of operators; the lanes of the gate stay idle. */
const CLI_LANES = 1;
const CLI_POOL_SIZE = 2;

export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals().json === true;
}

export async function answer(command: Command, produce: () => Promise<Answer>): Promise<void> {
  const { json, text, exitCode } = await produce();
  const output = wantsJson(command) ? JSON.stringify(json) : text.trimEnd();
  if (output !== '') process.stdout.write(`${output}\n`);
  if (exitCode !== undefined) process.exitCode = exitCode;
}

export async function answerFromLedger(
  command: Command,
  produce: (ledger: Ledger) => Promise<Answer>,
): Promise<void> {
  await answer(command, () => useLedger(produce));
}

/** Opens the ledger for one piece of work and closes it whatever happens. */
export async function useLedger<Result>(
  work: (ledger: Ledger) => Promise<Result>,
): Promise<Result> {
  const connectionString = requireDatabaseUrl();
  // Loaded only now, so that `--help` and mistakes in the arguments answer at once.
  const { openLedger } = await import('../ledger/open-ledger.js');
  const ledger = await openLedger({ connectionString, lanes: CLI_LANES, poolSize: CLI_POOL_SIZE });
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}
