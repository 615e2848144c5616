/**
 * Entries as lines of text. CSV follows RFC 4180 (CRLF, quotes doubled); amounts are decimal strings,
 * times ISO, usage and grants JSON. The columns are a contract: new ones go to the end.
 */
import { entryToWire } from './wire';
import type { EntryView } from '../ledger/views';

export type ExportFormat = 'csv' | 'jsonl' | 'json';

const CSV_COLUMNS = [
  'account',
  'seq',
  'at',
  'kind',
  'amount',
  'balance',
  'reserved',
  'charged',
  'returned',
  'absorbed',
  'late',
  'run',
  'block',
  'nth',
  'priceVersion',
  'usage',
  'grants',
  'guaranteed',
] as const;

/** Lines are joined up to this size before they are handed on: far fewer writes than entries. */
const CHUNK_CHARACTERS = 64 * 1024;

/** The text of an export, in chunks, as fast as it is read; `count` hears of every entry. */
export async function* writeEntries(
  entries: AsyncIterable<EntryView>,
  format: ExportFormat,
  count: () => void,
): AsyncGenerator<string> {
  let chunk = format === 'csv' ? writeCsvLine(CSV_COLUMNS) : format === 'json' ? '[' : '';
  let separator = '';
  for await (const entry of entries) {
    chunk +=
      format === 'csv' ? writeCsvEntry(entry) : separator + JSON.stringify(entryToWire(entry));
    separator = format === 'json' ? ',' : '';
    if (format === 'jsonl') chunk += '\n';
    count();
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  yield format === 'json' ? `${chunk}]\n` : chunk;
}

function writeCsvEntry(entry: EntryView): string {
  const wire = entryToWire(entry);
  return writeCsvLine(CSV_COLUMNS.map((column) => writeCell(wire[column])));
}

function writeCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function writeCsvLine(cells: readonly string[]): string {
  return `${cells.map(quoteCell).join(',')}\r\n`;
}

function quoteCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
