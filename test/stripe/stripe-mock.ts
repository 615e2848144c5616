/**
 * Stripe's own mock as a judge of requests: it knows every parameter of Stripe's API and refuses one that
 * is not there. `replay` sends what the client sent elsewhere and says what it thinks of it.
 */
import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { eventually } from '../support/eventually';
import { findStripeMock } from './schema';

export interface RecordedRequest {
  method: string;
  /** With the query of a GET. */
  path: string;
  /** The form of a POST. */
  body: string;
}

export interface StripeMock {
  /** The words of the refusal, or null when the request is one that Stripe understands. */
  replay(request: RecordedRequest): Promise<string | null>;
  stop(): Promise<void>;
}

export async function startStripeMock(): Promise<StripeMock> {
  const [http, https] = [await freePort(), await freePort()];
  // Without an address for HTTPS it would open one on every interface.
  const args = ['-http-addr', `127.0.0.1:${http}`, '-https-addr', `127.0.0.1:${https}`];
  const child = spawn(findStripeMock().program, args, { stdio: 'ignore' });
  const base = `http://127.0.0.1:${http}`;
  const headers = { authorization: 'Bearer sk_test_judge' };
  await eventually(async () => {
    const { ok } = await fetch(`${base}/v1/customers`, { headers });
    return ok;
  });
  return {
    async replay({ method, path, body }) {
      const answer = await fetch(`${base}${path}`, {
        method,
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        ...(method === 'POST' ? { body } : {}),
      });
      if (answer.status !== 400) return null;
      const { error } = (await answer.json()) as { error: { message: string } };
      return error.message;
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill();
      }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
