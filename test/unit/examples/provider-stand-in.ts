/**
 * Stands in for the model providers on a port of this machine: it answers each provider's own request
 * with a fixed text and a fixed number of tokens, and refuses every key but `good`.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Environment } from '../../../examples/models/choose-models';

export const TEXT = 'Three documents about coffee.';
/** 1,200 of the prompt and 34 of the answer, whoever is asked. */
export const TOKENS = 1_234;

export interface ProviderStandIn {
  /** Addresses of all providers; a test adds the keys. */
  readonly addresses: Environment;
  /** What was asked, newest last: path and body. */
  readonly requests: { readonly path: string; readonly body: string }[];
  close(): Promise<void>;
}

export async function startProviderStandIn(): Promise<ProviderStandIn> {
  const requests: { path: string; body: string }[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const path = request.url ?? '';
      requests.push({ path, body });
      const known = readKey(request) === 'good';
      response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(known ? answer(path) : { error: { message: 'unknown key' } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this kind.
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    addresses: {
      ANTHROPIC_BASE_URL: `${base}/anthropic`,
      OPENAI_BASE_URL: `${base}/openai`,
      GOOGLE_GENERATIVE_AI_BASE_URL: `${base}/google`,
    },
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function readKey({ headers }: IncomingMessage): string | undefined {
  const key = headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers.authorization?.slice(7);
  return Array.isArray(key) ? key[0] : key;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // A request is a stream of bytes.
  return Buffer.concat(chunks).toString();
}

function answer(path: string): object {
  if (path.startsWith('/anthropic')) {
    return {
      type: 'message',
      id: 'msg_1',
      model: 'any',
      role: 'assistant',
      content: [{ type: 'text', text: TEXT }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1_200, output_tokens: 34 },
    };
  }
  if (path.startsWith('/google')) {
    return {
      candidates: [{ content: { role: 'model', parts: [{ text: TEXT }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 1_200, candidatesTokenCount: 34, totalTokenCount: TOKENS },
    };
  }
  return {
    id: 'resp_1',
    created_at: 1,
    model: 'any',
    output: [
      {
        type: 'message',
        role: 'assistant',
        id: 'msg_1',
        content: [{ type: 'output_text', text: TEXT, annotations: [] }],
      },
    ],
    usage: { input_tokens: 1_200, output_tokens: 34 },
  };
}
