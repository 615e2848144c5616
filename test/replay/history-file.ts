/**
 * Histories as JSON files. Written and read by protobuf's own object form: Temporal's converters of the
 * proto JSON form fail where npm has installed two copies of protobufjs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.IHistory;

export const HISTORIES = join(__dirname, 'histories');

const PRIVATE = new Set(['stackTrace', 'identity']);
/** A worker's own task queue bears the name of its process and its machine. */
const WORKERS_OWN = /^\d+@\S+$/;

function writeHistory(name: string, history: History): void {
  const { History } = temporal.api.history.v1;
  const plain = History.toObject(History.fromObject(history), {
    longs: String,
    enums: String,
    bytes: String,
  });
  // Where and by whom it was recorded is nobody's business, and no replay looks at it.
  const text = JSON.stringify(
    plain,
    (field, value: unknown) => {
      if (PRIVATE.has(field)) return '';
      return field === 'name' && WORKERS_OWN.test(String(value)) ? 'sticky' : value;
    },
    1,
  );
  writeFileSync(join(HISTORIES, name), `${text}\n`);
}

export async function record(version: string, name: string, run: WorkflowHandle): Promise<void> {
  writeHistory(`${version}-${name}.json`, await run.fetchHistory());
}

export function readHistoryText(name: string): string {
  return readFileSync(join(HISTORIES, name), 'utf8');
}

export function parseHistory(text: string): History {
  // A file of `writeHistory`; protobuf checks it field by field.
  return temporal.api.history.v1.History.fromObject(JSON.parse(text) as object);
}
