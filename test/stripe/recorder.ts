/** A place between the official client and the simulator that notes each request for Stripe and lets it through. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RecordedRequest } from './stripe-mock';

export interface Noted extends RecordedRequest {
  readonly key: string | undefined;
}

export interface Recorder {
  readonly url: string;
  readonly requests: Noted[];
  close(): Promise<void>;
}

export async function startRecorder(target: string): Promise<Recorder> {
  const requests: Noted[] = [];
  const server = createServer((request, reply) => {
    void forward(request).then(
      ({ status, type, text }) => reply.writeHead(status, { 'content-type': type }).end(text),
      (error: unknown) => reply.writeHead(502).end(String(error)),
    );
  });

  async function forward(request: IncomingMessage) {
    const { method = '', url: path = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const key = headers['idempotency-key'];
    // What only the simulator has is not asked of Stripe.
    if (path.startsWith('/v1/')) {
      requests.push({ method, path, body, key: typeof key === 'string' ? key : undefined });
    }
    const passed = ['authorization', 'content-type', 'idempotency-key', 'stripe-version'] as const;
    const answer = await fetch(`${target}${path}`, {
      method,
      headers: passed.flatMap((name): [string, string][] => {
        const value = headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
      ...(method === 'POST' ? { body } : {}),
    });
    const type = answer.headers.get('content-type') ?? 'application/json';
    return { status: answer.status, type, text: await answer.text() };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
