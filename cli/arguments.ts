/**
 * Reads the values people type. Each reader returns an exact value or throws the error of the table
 * that names the argument; nothing is guessed, rounded or cut.
 */
import { credits, type Credits } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';

const MAX_PAGE = 1_000;
const MAX_PRIORITY = 32_767;
const MAX_HOURS = 24 * 365;
const MAX_PORT = 65_535;
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
const RUN_KEY = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** An amount above zero, such as `12.5`. */
export function readAmount(text: string): Credits {
  const amount = credits(text);
  if (amount > 0n) return amount;
  throw new TollgateError(
    'AMOUNT_INVALID',
    { amount: text },
    { message: 'The amount must be above zero' },
  );
}

/** A day (its first moment in UTC) or an instant with its offset. */
export function readInstant(text: string): Date {
  const day = INSTANT.exec(text)?.[1];
  const at = new Date(day === undefined ? NaN : text);
  // JavaScript turns 30 February into 2 March; such a day is a slip, not a date.
  const isRealDay = day !== undefined && toDay(new Date(`${day}T00:00:00Z`)) === day;
  if (Number.isNaN(at.getTime()) || !isRealDay) {
    throw invalidInput(text, 'A time must look like 2026-12-31 or 2026-12-31T18:00:00Z');
  }
  return at;
}

export function readFutureInstant(text: string): Date {
  const at = readInstant(text);
  if (at.getTime() <= Date.now()) throw invalidInput(text, 'The time must lie in the future');
  return at;
}

/** An IANA time zone, such as `Europe/Vienna`. */
export function readZone(text: string): string {
  try {
    Intl.DateTimeFormat('en', { timeZone: text });
    return text;
  } catch {
    throw invalidInput(text, 'A time zone must look like Europe/Vienna or UTC');
  }
}

export function readLimit(text: string): number {
  return readWhole(text, 1, MAX_PAGE, 'The limit');
}

export function readPriority(text: string): number {
  return readWhole(text, -MAX_PRIORITY, MAX_PRIORITY, 'The priority');
}

export function readHours(text: string): number {
  return readWhole(text, 0, MAX_HOURS, 'The hours');
}

/** A port to listen on; 0 is any that is free. */
export function readPort(text: string): number {
  return readWhole(text, 0, MAX_PORT, 'The port');
}

/** The sequence number after which a page of entries goes on. */
export function readSequence(text: string): string {
  if (/^\d{1,18}$/.test(text)) return text;
  throw invalidInput(text, 'A page of entries goes on after a sequence number');
}

/** The run key after which a page of runs goes on. */
export function readRunKey(text: string): string {
  if (RUN_KEY.test(text)) return text;
  throw invalidInput(text, 'A page of runs goes on after a run key');
}

export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TollgateError(
      'INPUT_INVALID',
      { input: text },
      { message: 'The input is not JSON', cause },
    );
  }
}

export function readWhole(text: string, lowest: number, highest: number, name: string): number {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= lowest && value <= highest) return value;
  throw invalidInput(text, `${name} must be a whole number from ${lowest} to ${highest}`);
}

function toDay(at: Date): string {
  return Number.isNaN(at.getTime()) ? '' : at.toISOString().slice(0, 10);
}

function invalidInput(value: string, message: string): TollgateError {
  return new TollgateError('INPUT_INVALID', { value }, { message });
}
