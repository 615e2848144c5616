/**
 * Runs in the workflow sandbox. Reads what a run was told at its start, and writes headers. Headers
 * always use the plain JSON converter, whatever converter the author has for data.
 */
import { ApplicationFailure, defaultPayloadConverter, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType, type Headers } from '@temporalio/common';
import { describeError } from '../core/contract/errors';
import { GATE_HEADER, type GateHeader, type RunHeader } from '../core/contract/gate-header';

/** Set by Temporal on every run that a schedule starts. */
const scheduledByKey = defineSearchAttributeKey(
  'TemporalScheduledById',
  SearchAttributeType.KEYWORD,
);

/** @throws GATE_HEADER_INVALID, which ends the run: it could only charge under a wrong identity. */
export function readRunHeader(headers: Headers): RunHeader | undefined {
  const payload = headers[GATE_HEADER];
  if (!payload) return undefined;
  const header: unknown = defaultPayloadConverter.fromPayload(payload);
  // Only the plugin starts runs with this header; its version is what may differ.
  if (typeof header === 'object' && header !== null && 'v' in header && header.v === 1)
    return header as RunHeader;
  throw ApplicationFailure.nonRetryable(
    describeError('GATE_HEADER_INVALID', { field: 'v' }),
    'GATE_HEADER_INVALID',
  );
}

export function addHeader(headers: Headers, header: GateHeader | RunHeader): Headers {
  return { ...headers, [GATE_HEADER]: defaultPayloadConverter.toPayload(header) };
}

export function readScheduleId(): string | undefined {
  return workflowInfo().typedSearchAttributes.get(scheduledByKey);
}
