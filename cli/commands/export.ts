/** `tollgate export`: every entry as CSV or JSON lines, streamed, so that any size fits. */
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import { writeCount } from '../../core/contract/counted';
import { answer, useLedger, wantsJson } from '../answer';
import { writeEntries, type ExportFormat } from '../export-text';
import { TollgateError } from '../../core/contract/errors';

interface ExportOptions {
  readonly account?: string;
  readonly format?: 'csv' | 'jsonl';
  readonly output?: string;
}

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description('every entry, oldest first, as CSV or JSON lines')
    .option('--account <account>', 'entries of this account only (default: all accounts)')
    .addOption(new Option('--format <format>', 'default: csv').choices(['csv', 'jsonl']))
    .option('--output <file>', 'write to this file (default: stdout)')
    .addHelpText('after', EXAMPLES)
    .action((options: ExportOptions, command: Command) =>
      options.output === undefined
        ? exportToStdout(options, wantsJson(command))
        : exportToFile({ ...options, output: options.output }, command),
    );
}

const EXAMPLES = `
With --json and without --output the entries are printed as one JSON list.

Examples:
  $ tollgate export --account acme > acme.csv
  $ tollgate export --format jsonl --output entries.jsonl`;

async function exportToStdout(options: ExportOptions, json: boolean): Promise<void> {
  const format = options.format ?? (json ? 'json' : 'csv');
  await streamEntries(options.account, format, process.stdout);
}

async function exportToFile(
  options: ExportOptions & { readonly output: string },
  command: Command,
): Promise<void> {
  await answer(command, async () => {
    const { output, format = 'csv' } = options;
    // Written beside its place first: a file under the asked name is always a whole export.
    const draft = `${output}.part`;
    try {
      const file = await open(draft, 'w');
      const entries = await streamEntries(options.account, format, file.createWriteStream());
      await rename(draft, output);
      return {
        json: { file: output, format, entries },
        text: `Wrote ${writeCount(entries, 'entry', 'entries')} to ${output}.`,
      };
    } catch (error) {
      await rm(draft, { force: true });
      throw refuseFile(error, output);
    }
  });
}

/** Resolves with the number of entries once the last byte was taken. */
async function streamEntries(
  account: string | undefined,
  format: ExportFormat,
  destination: NodeJS.WritableStream,
): Promise<number> {
  let entries = 0;
  await useLedger(async (ledger) => {
    const text = writeEntries(ledger.exportEntries(account), format, () => (entries += 1));
    // stdout stays open for others; a file is closed.
    await pipeline(Readable.from(text), destination, { end: destination !== process.stdout });
  });
  return entries;
}

/** A file that cannot be written is the caller's slip, not a bug. */
function refuseFile(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOENT' && code !== 'EACCES' && code !== 'EISDIR' && code !== 'ENOTDIR')
    return error;
  return new TollgateError(
    'INPUT_INVALID',
    { file },
    { message: 'The file cannot be written', cause: error },
  );
}
