/**
 * The border where an error becomes stderr and an exit status: `CODE: message` for people, one JSON
 * object under `--json`. Codes and statuses come from the error table; a mistake in the command line
 * itself is CONFIG_INVALID with status 2, and anything without a code is a bug with status 1.
 */
import { CommanderError } from 'commander';
import { errors, isTollgateError, type ErrorDetails } from '../core/contract/errors';

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly exitCode: number;
}

const BUG_EXIT_CODE = 1;

/** Undefined when nothing failed: help and the version also arrive as errors of the parser. */
export function describeFailure(error: unknown): Failure | undefined {
  if (error instanceof CommanderError) return describeUsage(error);
  if (isTollgateError(error)) {
    const { code, message, details } = error;
    return { code, message, details: details ?? {}, exitCode: errors[code].exitCode };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'UNEXPECTED', message, details: {}, exitCode: BUG_EXIT_CODE };
}

export function renderFailure(failure: Failure, json: boolean): string {
  const { code, message, details } = failure;
  return json ? JSON.stringify({ error: { code, message, details } }) : `${code}: ${message}`;
}

function describeUsage(error: CommanderError): Failure | undefined {
  if (error.exitCode === 0) return undefined;
  const message =
    error.code === 'commander.help'
      ? 'Name a command; the list is above.'
      : `${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}. See --help.`;
  return { code: 'CONFIG_INVALID', message, details: {}, exitCode: errors.CONFIG_INVALID.exitCode };
}
