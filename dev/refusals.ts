/**
 * Why something could not be brought up, as errors of the table: these are situations of the machine
 * that people resolve, so they are shown as a sentence and not as a bug.
 */
import { TollgateError } from '../core/contract/errors';

export function postgresUnavailable(message: string, cause?: unknown): TollgateError {
  return new TollgateError('LEDGER_UNAVAILABLE', {}, { message, cause });
}

export function temporalUnavailable(message: string, cause?: unknown): TollgateError {
  return new TollgateError('TEMPORAL_UNAVAILABLE', {}, { message, cause });
}

export function cannotStart(message: string, cause?: unknown): TollgateError {
  return new TollgateError('CONFIG_INVALID', {}, { message, cause });
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
