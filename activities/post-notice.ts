/**
 * Sends one notice over HTTP in the format of Standard Webhooks. What the receiver answers is never
 * read, beyond its status.
 */
import { Webhook } from 'standardwebhooks';

/** What a receiver gets, and where. */
export interface Post {
  readonly url: string;
  /** Each signs: during a rotation the receiver may know either. */
  readonly secrets: readonly string[];
  /** `webhook-id`: the same at every attempt. */
  readonly id: string;
  readonly body: string;
}

export interface Answered {
  readonly accepted: boolean;
  /** The endpoint asks for no more. */
  readonly gone: boolean;
  /** HTTP status, or why there was none. */
  readonly answer: string;
}

const POST_TIMEOUT_MS = 10_000;
const GONE = 410;
const MAX_REASON = 200;

export async function postNotice(post: Post, timeoutMs = POST_TIMEOUT_MS): Promise<Answered> {
  const { url, secrets, id, body } = post;
  const sentAt = new Date();
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, sentAt, body));
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'tollgate',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
        'webhook-signature': signatures.join(' '),
      },
      // A receiver could otherwise send the notice on to any address.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    const { ok, status } = response;
    return { accepted: ok, gone: status === GONE, answer: String(status) };
  } catch (error) {
    return { accepted: false, gone: false, answer: describe(error, timeoutMs) };
  }
}

/** What went wrong, from the deepest cause: `fetch` itself says no more than that it failed. */
function describe(error: unknown, timeoutMs: number): string {
  let deepest = error as Failure;
  while (deepest.cause) deepest = deepest.cause;
  const { name, code, message } = deepest;
  if (name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  return (message || code || name || 'no connection').slice(0, MAX_REASON);
}

/** As far as errors of Node and of its `fetch` have it in common. */
interface Failure {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly cause?: Failure;
}
