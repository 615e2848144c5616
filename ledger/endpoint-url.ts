/**
 * Which addresses notices may be sent to. Only operators add endpoints, so private addresses are theirs
 * to choose; what must not happen by a slip is plain text over a network, or a password in a URL.
 */
import { TollgateError } from '../core/contract/errors';

const MAX_LENGTH = 2_048;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** @throws INPUT_INVALID */
export function refuseBadUrl(text: string, allowHttp: boolean): void {
  const url = URL.canParse(text) && text.length <= MAX_LENGTH ? new URL(text) : undefined;
  if (!url || !['https:', 'http:'].includes(url.protocol)) throw invalid('an https URL');
  if (url.username !== '' || url.password !== '')
    throw invalid('a URL without a name and password');
  if (url.hash !== '') throw invalid('a URL without a fragment');
  if (url.protocol === 'http:' && !allowHttp && !LOOPBACK.test(url.hostname)) {
    throw invalid('https, except to this machine, or where http is allowed explicitly');
  }
}

/** Without the URL, which may hold what must not be printed. */
function invalid(rule: string): TollgateError {
  return new TollgateError(
    'INPUT_INVALID',
    { rule },
    { message: 'This is no URL for an endpoint' },
  );
}
