/**
 * Idempotency keys: the first answer to a key is kept for a day and given again, a failure of the server
 * or of a card included. Validation failures are not kept. The same key with other parameters is an
 * error, and so is a second request while the first is under way.
 */
import { createHash } from 'node:crypto';
import { refusal } from './errors';

const KEPT_SECONDS = 24 * 60 * 60;

export interface Answer {
  status: number;
  body: object;
}

interface Kept {
  digest: string;
  at: number;
  answer: Answer | null;
}

export interface Keys {
  /** The kept answer, or null when the request is to be carried out now. */
  begin(key: string, request: RequestDigest): Answer | null;
  finish(key: string, answer: Answer): void;
}

interface RequestDigest {
  method: string;
  path: string;
  params: unknown;
}

export function createKeys(now: () => number): Keys {
  const kept = new Map<string, Kept>();
  return {
    begin(key, { method, path, params }) {
      const digest = createHash('sha256')
        .update(`${method} ${path} ${JSON.stringify(params ?? {})}`)
        .digest('hex');
      const before = kept.get(key);
      if (!before || before.at + KEPT_SECONDS < now()) {
        kept.set(key, { digest, at: now(), answer: null });
        return null;
      }
      if (before.digest !== digest) {
        throw refusal({
          status: 400,
          type: 'idempotency_error',
          message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        });
      }
      if (!before.answer) {
        throw refusal({
          status: 409,
          type: 'idempotency_error',
          code: 'idempotency_key_in_use',
          message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
        });
      }
      return before.answer;
    },
    finish(key, answer) {
      const mine = kept.get(key);
      if (!mine) return;
      const isStored = answer.status < 400 || answer.status === 402 || answer.status >= 500;
      if (isStored) kept.set(key, { ...mine, answer });
      else kept.delete(key);
    },
  };
}
