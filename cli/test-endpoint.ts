/** Sends a test to one endpoint, past the outbox, so that its operator sees at once what is wrong. */
import { randomUUID } from 'node:crypto';
import { postNotice } from '../activities/post-notice';
import { TollgateError } from '../core/contract/errors';
import { NOTICE_VERSION, type Notice } from '../core/contract/notice.schema';
import type { Ledger } from '../ledger/ledger';

/** Resolves with the HTTP status. @throws ENDPOINT_UNKNOWN, ENDPOINT_FAILING */
export async function testEndpoint(
  ledger: Pick<Ledger, 'readEndpoint'>,
  endpoint: string,
): Promise<number> {
  const { url, secrets } = await ledger.readEndpoint(endpoint);
  const notice: Notice = {
    type: 'endpoint.test',
    version: NOTICE_VERSION,
    timestamp: new Date().toISOString(),
    data: { endpoint },
  };
  const post = { url, secrets, id: randomUUID(), body: JSON.stringify(notice) };
  const { accepted, answer } = await postNotice(post);
  if (!accepted) throw new TollgateError('ENDPOINT_FAILING', { endpoint, answer });
  return Number(answer);
}
