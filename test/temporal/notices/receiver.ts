/** A receiver of notices: a real HTTP server that answers as the test says and keeps what it got. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { parseNotice, type Notice } from '../../../index';

export interface Delivery {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly notice: Notice;
}

/** An HTTP status, or no answer at all. */
export type Reply = number | 'never';

export interface Receiver {
  readonly url: string;
  /** In the order in which they came, refused ones as well. */
  readonly received: readonly Delivery[];
  /** Asked once for each delivery. Until it is set everything is accepted. */
  answer(reply: (delivery: Delivery, nth: number) => Reply): void;
  close(): Promise<void>;
}

/** @param port to listen on again what was closed; any by default. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Delivery[] = [];
  let replyTo: (delivery: Delivery, nth: number) => Reply = () => 204;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const id = String(request.headers['webhook-id']);
      const delivery = { id, headers: request.headers, body, notice: parseNotice(body) };
      received.push(delivery);
      const reply = replyTo(delivery, received.length);
      if (reply === 'never') return;
      response.writeHead(reply, reply === 302 ? { location: '/elsewhere' } : {}).end('not read');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: given } = server.address() as AddressInfo; // It listens on a port.
  return {
    url: `http://127.0.0.1:${given}/notices`,
    received,
    answer(reply) {
      replyTo = reply;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Throws unless this secret has signed the delivery. */
export function verify({ body, headers }: Delivery, secret: string): void {
  new Webhook(secret).verify(body, headers as Record<string, string>);
}
