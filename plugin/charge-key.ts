/**
 * Turns the identity that a gate header carries into the ledger's charge key. The same header gives
 * the same key on every worker and in every version: docs/gate-header.md describes the bytes.
 */
import { createHash } from 'node:crypto';
import type { GateHeader } from '../core/contract/gate-header';
import type { ChargeKey } from '../core/contract/reservation';

/** Runs whose key is remembered, so that the blocks of a run digest their scope once. */
const REMEMBERED_RUNS = 1_000;
const TIME_BYTES = 6;
const SCOPE_BYTES = 10;

const runKeys = new Map<string, string>();

/** Key of one block call. */
export function deriveChargeKey(block: string, header: GateHeader): ChargeKey {
  return { run: deriveRunKey(header.startedAt, header.scope), call: deriveCallKey(block, header) };
}

/** 16 bytes as a uuid: the tree's start in milliseconds, then a digest of the scope. */
export function deriveRunKey(startedAt: string, scope: string): string {
  const name = `${startedAt} ${scope}`;
  const known = runKeys.get(name);
  if (known !== undefined) return known;
  const key = digestRun(startedAt, scope);
  if (runKeys.size >= REMEMBERED_RUNS) forgetOldest();
  runKeys.set(name, key);
  return key;
}

function deriveCallKey(block: string, header: GateHeader): bigint {
  const call = header.key === undefined ? `${block}:${header.nth}` : `${block}:key=${header.key}`;
  return createHash('sha256').update(call).digest().readBigInt64BE(0);
}

function digestRun(startedAt: string, scope: string): string {
  const bytes = Buffer.alloc(TIME_BYTES + SCOPE_BYTES);
  bytes.writeUIntBE(Date.parse(startedAt), 0, TIME_BYTES);
  createHash('sha256').update(scope).digest().copy(bytes, TIME_BYTES, 0, SCOPE_BYTES);
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/** A map iterates in the order of insertion: its first key is the one remembered longest. */
function forgetOldest(): void {
  for (const oldest of runKeys.keys()) {
    runKeys.delete(oldest);
    return;
  }
}
