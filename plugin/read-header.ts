/**
 * Reads the gate header of an activity. It may have been written by a workflow in any language, so
 * every field is checked before it is used as part of a key.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import type { Headers } from '@temporalio/common';
import { credits, type Credits } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import { GATE_HEADER, type GateHeader } from '../core/contract/gate-header';

/** Scopes grow by one step per level of child runs; a longer one is a mistake. */
const MAX_SCOPE_LENGTH = 4_096;
const MAX_NAME_LENGTH = 255;
/** Temporal's own limit, unless a server is told otherwise. */
const MAX_WORKFLOW_ID_LENGTH = 1_000;
/** One per level of child runs that was given a budget. */
const MAX_CAPS = 100;
/** The key holds six bytes of milliseconds. */
const MAX_TIME_MS = 2 ** 48 - 1;

/**
 * @returns undefined when the activity carries no header at all.
 * @throws GATE_HEADER_INVALID naming the first field that cannot be used.
 */
export function readGateHeader(headers: Headers): GateHeader | undefined {
  const payload = headers[GATE_HEADER];
  if (payload === undefined || payload === null) return undefined;
  const fields = readFields(payload);
  if (fields['v'] !== undefined && fields['v'] !== 1) throw invalid('v');
  if (!isText(fields['scope'], MAX_SCOPE_LENGTH)) throw invalid('scope');
  if (!isTime(fields['startedAt'])) throw invalid('startedAt');
  if (!isOptionalText(fields['key'])) throw invalid('key');
  if (!isCount(fields['nth']) && fields['key'] === undefined) throw invalid('nth');
  if (!isOptionalText(fields['parent'], MAX_SCOPE_LENGTH)) throw invalid('parent');
  for (const name of ['account', 'agent', 'member', 'schedule'])
    if (!isOptionalText(fields[name])) throw invalid(name);
  if (!isRetryEnd(fields['retry'])) throw invalid('retry');
  if (!isCaps(fields['caps'])) throw invalid('caps');
  if (!isRule(fields['outOfCredits'])) throw invalid('outOfCredits');
  if (!isGuarantee(fields['guarantee'])) throw invalid('guarantee');
  return fields as unknown as GateHeader; // Every field has just been checked.
}

/** Writers in other languages may send null for a field they leave out. */
function readFields(payload: Headers[string]): Record<string, unknown> {
  const found = decode(payload);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) throw invalid('(all)');
  const fields = found as Record<string, unknown>; // A JSON object, fresh from the parser.
  for (const name in fields) if (fields[name] === null) delete fields[name];
  return fields;
}

function decode(payload: Headers[string]): unknown {
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch (cause) {
    throw new TollgateError('GATE_HEADER_INVALID', { field: '(all)' }, { cause });
  }
}

function isText(value: unknown, limit = MAX_NAME_LENGTH): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= limit;
}

function isOptionalText(value: unknown, limit = MAX_NAME_LENGTH): boolean {
  return value === undefined || isText(value, limit);
}

function isTime(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const time = Date.parse(value);
  return time >= 0 && time <= MAX_TIME_MS;
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

function isRetryEnd(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { maximumAttempts, nonRetryableErrorTypes } = value as Record<string, unknown>;
  return (
    (maximumAttempts === undefined || typeof maximumAttempts === 'number') &&
    (nonRetryableErrorTypes === undefined || Array.isArray(nonRetryableErrorTypes))
  );
}

function isRule(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { policy, deadlineMs } = value as Record<string, unknown>;
  return (
    (policy === 'halt' || policy === 'wait') && (deadlineMs === undefined || isCount(deadlineMs))
  );
}

function isCaps(value: unknown): boolean {
  if (value === undefined) return true;
  return Array.isArray(value) && value.length <= MAX_CAPS && value.every(isCap);
}

function isCap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { scope, startedAt, credits: text } = value as Record<string, unknown>;
  return isText(scope, MAX_SCOPE_LENGTH) && isTime(startedAt) && isAmount(text, 0n);
}

function isGuarantee(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  for (const name in fields) if (fields[name] === null) delete fields[name];
  return (
    (fields['credits'] === 'quote' || isAmount(fields['credits'], 1n)) &&
    isText(fields['scope'], MAX_SCOPE_LENGTH) &&
    isTime(fields['startedAt']) &&
    isOptionalText(fields['parent'], MAX_SCOPE_LENGTH) &&
    isText(fields['workflowId'], MAX_WORKFLOW_ID_LENGTH) &&
    isText(fields['runId']) &&
    ['agent', 'member', 'schedule'].every((name) => isOptionalText(fields[name])) &&
    isCaps(fields['caps'])
  );
}

function isAmount(value: unknown, least: Credits): boolean {
  if (typeof value !== 'string') return false;
  try {
    return credits(value) >= least;
  } catch {
    return false;
  }
}

function invalid(field: string): TollgateError {
  return new TollgateError('GATE_HEADER_INVALID', { field });
}
