import { TollgateError, type ErrorCode } from '../core/contract/errors';

/** PostgreSQL would call a text that is no UUID a fault of the statement. @throws the given code */
export function readUuid(text: string, code: ErrorCode): string {
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text)) return text;
  throw new TollgateError(code, { id: text });
}
