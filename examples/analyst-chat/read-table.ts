/** Reads a CSV file with a header line, whole, and says how much data that was. */
import { readFile, stat } from 'node:fs/promises';
import { ApplicationFailure } from '@temporalio/common';
import { parse } from 'csv-parse/sync';
import type { Table } from '../models/text-model';

export const MAX_TABLE_BYTES = 256 * 1024;

export interface ReadTable extends Table {
  readonly bytes: number;
}

export async function readTable(file: string): Promise<ReadTable> {
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) throw refuseTable(file, 'cannot be found');
  if (size > MAX_TABLE_BYTES)
    throw refuseTable(file, `is larger than ${MAX_TABLE_BYTES / 1024} KB`);
  const content = await readFile(file);
  const [columns, ...records] = readRecords(file, content);
  if (!columns || columns.length === 0) throw refuseTable(file, 'has no header line');
  const rows = records.map((cells) =>
    Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])),
  );
  return { columns, rows, bytes: content.byteLength };
}

function readRecords(file: string, content: Buffer): readonly (readonly string[])[] {
  try {
    return parse(content, { bom: true, trim: true, skip_empty_lines: true });
  } catch (cause) {
    throw refuseTable(file, `is not a CSV file (${String(cause)})`);
  }
}

function refuseTable(file: string, reason: string): ApplicationFailure {
  return ApplicationFailure.create({
    message: `"${file}" ${reason}.`,
    type: 'TABLE_UNREADABLE',
    nonRetryable: true,
  });
}
