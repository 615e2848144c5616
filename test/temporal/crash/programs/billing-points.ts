/**
 * Every point between two steps of billing that write something: before and after each request that changes
 * something at Stripe, each change of the books, each row that billing keeps and each hint. `at` is called there
 * and may never return; where it throws, the write is not made, or its answer lost.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from '@temporalio/client';
import type { Ledger } from '../../../../ledger';

export type At = (point: string) => Promise<void>;

/** Stands before the simulator, so that also the requests of one command are told apart. */
export async function standBefore(
  simulatorUrl: string,
  at: At,
): Promise<{ readonly url: string; close(): void }> {
  const proxy = createServer((request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const what = `${method} ${url.replace(/\?.*/, '').replaceAll(/\/[a-z]+_(?=\w*\d)\w+/g, '/:id')}`;
    const forward = async (): Promise<void> => {
      const body = await readBody(request);
      if (method !== 'GET') await at(`before ${what}`);
      const { host: _host, connection: _connection, ...rest } = headers;
      const answer = await fetch(`${simulatorUrl}${url}`, {
        method,
        headers: rest as Record<string, string>, // of Stripe's client: one value each
        ...(body.length > 0 ? { body } : {}),
      });
      const text = await answer.text();
      if (method !== 'GET') await at(`after ${what}`);
      const kept = [...answer.headers].filter(([name]) => !HOP.has(name));
      response.writeHead(answer.status, Object.fromEntries(kept)).end(text);
    };
    forward().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}

const HOP = new Set(['connection', 'content-length', 'transfer-encoding', 'keep-alive']);

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
  return Buffer.concat(chunks);
}

export function pointLedger(ledger: Ledger, at: At): Ledger {
  const around = async <Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> => {
    await at(`before ${what}`);
    const answer = await work();
    await at(`after ${what}`);
    return answer;
  };
  return {
    ...ledger,
    applyBilling: (account, commands) => {
      const kinds = [...new Set(commands.map((command) => command.do))].sort().join(', ');
      return around(`the books: ${kinds}`, () => ledger.applyBilling(account, commands));
    },
    setStripeCustomer: (...customer) =>
      around('the customer is kept', () => ledger.setStripeCustomer(...customer)),
    setAutoTopUp: (...settings) =>
      around('automatic top-ups are set', () => ledger.setAutoTopUp(...settings)),
    receiveStripeEvent: (event) => around('the inbox', () => ledger.receiveStripeEvent(event)),
    noteStripeEvent: (id) => around('it is noted', () => ledger.noteStripeEvent(id)),
  };
}

/** Of a client that only hints. */
export function pointClient(client: Client, at: At): Client {
  const workflow: Client['workflow'] = Object.create(client.workflow, {
    signalWithStart: {
      value: async (...args: Parameters<typeof client.workflow.signalWithStart>) => {
        await at('before the hint');
        const answer = await client.workflow.signalWithStart(...args);
        await at('after the hint');
        return answer;
      },
    },
  }) as Client['workflow'];
  return Object.create(client, { workflow: { value: workflow } }) as Client;
}
