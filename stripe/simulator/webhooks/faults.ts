/**
 * What can go wrong on the way of a webhook, on request and drawn from a seed: copies, another order,
 * delay, loss, a wrong or old signature, a body that is too large or cut off.
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventRow } from '../state/rows';

export interface WebhookFaultSettings {
  /** Each event is delivered so many more times, with the same id. */
  duplicates: number;
  /** Each event is followed by a twin: another id, the same change. */
  twins: boolean;
  /** What is waiting to be sent goes in a random order. */
  shuffle: boolean;
  /** Each delivery waits up to so long. */
  delayMs: number;
  /** Chance of an event not being sent until somebody asks for it; 1 loses all. */
  drop: number;
  /** Only these types are dropped; empty for all. */
  dropTypes: string[];
  /** Signed with a secret that nobody knows. */
  wrongSecret: boolean;
  /** Further secrets to sign with, as during a roll. */
  oldSecrets: string[];
  /** The signature's time lies so far in the past; negative for the future. */
  ageSeconds: number;
  /** Bytes of padding in the body. */
  padBytes: number;
  /** The body is cut off in the middle, after it was signed whole. */
  truncate: boolean;
}

export const NO_FAULTS: WebhookFaultSettings = {
  duplicates: 0,
  twins: false,
  shuffle: false,
  delayMs: 0,
  drop: 0,
  dropTypes: [],
  wrongSecret: false,
  oldSecrets: [],
  ageSeconds: 0,
  padBytes: 0,
  truncate: false,
};

export interface WebhookFaults {
  settings: WebhookFaultSettings;
  copiesOf(event: EventRow): EventRow[];
  drops(event: EventRow): boolean;
  arrange<T>(queue: T[]): T[];
  wait(signal: AbortSignal): Promise<void>;
}

export function createWebhookFaults(seed: string): WebhookFaults {
  let drawn = 0;
  const draw = (): number => {
    drawn += 1;
    const digest = createHash('sha256').update(`${seed}:webhooks:${drawn}`).digest();
    return digest.readUInt32BE(0) / 2 ** 32;
  };
  const faults: WebhookFaults = {
    settings: { ...NO_FAULTS },
    copiesOf(event) {
      const { duplicates, twins } = faults.settings;
      const twin = twins ? [{ ...event, id: `${event.id}twin` }] : [];
      return [event, ...Array.from({ length: duplicates }, () => event), ...twin];
    },
    drops(event) {
      const { drop, dropTypes } = faults.settings;
      if (drop <= 0 || (dropTypes.length > 0 && !dropTypes.includes(event.type))) return false;
      return draw() < drop;
    },
    arrange(queue) {
      if (!faults.settings.shuffle) return queue;
      return queue
        .map((it) => ({ it, at: draw() }))
        .sort((a, b) => a.at - b.at)
        .map(({ it }) => it);
    },
    async wait(signal) {
      const { delayMs } = faults.settings;
      if (delayMs <= 0) return;
      await pause(draw() * delayMs, undefined, { signal }).catch(() => undefined);
    },
  };
  return faults;
}

/** Padding is signed with the body. */
export function pad(body: string, { padBytes }: WebhookFaultSettings): string {
  return padBytes > 0 ? `${body}${' '.repeat(padBytes)}` : body;
}

/** What arrives of a signed body. */
export function cut(body: string, { truncate }: WebhookFaultSettings): string {
  return truncate ? body.slice(0, Math.floor(body.length / 2)) : body;
}
