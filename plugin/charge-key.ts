/**
 * Turns the identity that a gate header carries into the ledger's charge key. The same header gives
 * the same key on every worker and in every version: docs/gate-header.md describes the bytes.
 */
import { createHash } from 'node:crypto';
import type { GateHeader } from '../core/contract/gate-header';
import type { ChargeKey } from '../core/contract/reservation';
import { remember } from './remember';

/** Runs whose key is remembered, so that the blocks of a run digest their scope once. */
const REMEMBERED_RUNS = 1_000;
/** The n-th call of a block has the same digest in every run. */
const REMEMBERED_CALLS = 5_000;
const TIME_BYTES = 6;
const SCOPE_BYTES = 10;

const rememberRun = remember<string>(REMEMBERED_RUNS);
const rememberCall = remember<bigint>(REMEMBERED_CALLS);

/** Key of one block call. */
export function deriveChargeKey(block: string, header: GateHeader): ChargeKey {
  return { run: deriveRunKey(header.startedAt, header.scope), call: deriveCallKey(block, header) };
}

/** 16 bytes as a uuid: the tree's start in milliseconds, then a digest of the scope. */
export function deriveRunKey(startedAt: string, scope: string): string {
  return rememberRun(`${startedAt} ${scope}`, () => digestRun(startedAt, scope));
}

function deriveCallKey(block: string, { key, nth }: GateHeader): bigint {
  const call = key === undefined ? `${block}:${nth}` : `${block}:key=${key}`;
  return rememberCall(call, () => createHash('sha256').update(call).digest().readBigInt64BE(0));
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
