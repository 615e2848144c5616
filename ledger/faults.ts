/**
 * PostgreSQL's errors in Tollgate's words, once, at the border of the ledger.
 */
import { TollgateError, isTollgateError } from '../core/contract/errors';

const CHECK_VIOLATION = '23514';
const UNIQUE_VIOLATION = '23505';
const NUMBER_OUT_OF_RANGE = '22003';
/** Raised by our own functions when the books contradict themselves. */
const BOOKS_BROKEN = 'TG001';
/** Raised by our own functions for a grant that is not there. */
const GRANT_UNKNOWN = 'TG002';
const UNDEFINED_SCHEMA_OR_TABLE = ['3F000', '42P01', '42883'];
/** Connection lost, server stopping, starting or full, or become a read-only standby. */
const CONNECTION_STATES = /^(08...|57P0.|53[123]00|25006)$/;
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

/** SQLSTATE of a PostgreSQL error, or undefined for a lost connection and everything else. */
function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in error
    ? code
    : undefined;
}

/** Somebody else has what only one may have. */
export function isTaken(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION;
}

/** The statement was rolled back through no fault of its own: send it again. */
export function isRolledBack(error: unknown): boolean {
  const state = sqlState(error);
  return state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED;
}

/** The connection is gone, or the server is stopping or starting; whether the statement was done is unknown. */
export function isDisconnected(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return CONNECTION_STATES.test(state);
  // The driver says a lost connection in plain errors; a slip in our own code is one of these types.
  const name =
    typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
  return (
    typeof name === 'string' &&
    !['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TollgateError'].includes(name)
  );
}

/** The error of the table for what PostgreSQL, or the way to it, says. */
export function asLedgerError(error: unknown): unknown {
  if (isTollgateError(error)) return error;
  const state = sqlState(error);
  const reason = error instanceof Error ? error.message : String(error);
  if (state === CHECK_VIOLATION || state === BOOKS_BROKEN) {
    return new TollgateError('INVARIANT_BROKEN', { reason }, { cause: error });
  }
  if (state === GRANT_UNKNOWN)
    return new TollgateError('GRANT_UNKNOWN', { reason }, { cause: error });
  if (state === NUMBER_OUT_OF_RANGE)
    return new TollgateError('AMOUNT_INVALID', { reason }, { cause: error });
  if (state && UNDEFINED_SCHEMA_OR_TABLE.includes(state)) {
    return new TollgateError('SCHEMA_MISSING', { reason }, { cause: error });
  }
  if (isDisconnected(error) || isRolledBack(error)) {
    return new TollgateError('LEDGER_UNAVAILABLE', { reason }, { cause: error });
  }
  return error;
}
