/**
 * What the workflow `notices:{endpoint}` calls. An attempt always ends with its outcome in the ledger:
 * a receiver's refusal is an outcome, not a failure of the activity. Only the ledger being away is one,
 * and Temporal tries again.
 */
import type { DeliveryName, DeliveryState, NoticeLedger } from '../ledger/notice-ledger';
import { postNotice } from './post-notice';
import { retryDelayMs as retryDelayMsByDefault } from './retry-delay';

export interface DeliveryOptions {
  /** For tests: how long after its n-th attempt a delivery is due again. */
  readonly retryDelayMs?: (attempt: number) => number;
  /** How long a receiver may take to answer. Default 10,000. */
  readonly postTimeoutMs?: number;
}

export interface NoticeActivities {
  /** Notices that are due at an endpoint, each of another account. */
  findDueNotices(request: {
    readonly endpoint: string;
    readonly limit: number;
  }): Promise<readonly string[]>;
  /** Makes one attempt, unless it is not due any more. */
  deliverNotice(name: DeliveryName): Promise<Delivered>;
}

/** For whoever reads the history. */
export interface Delivered {
  readonly id?: string;
  readonly attempt?: number;
  readonly state: DeliveryState | 'closed before';
  readonly answer?: string;
}

const GIVE_UP_AFTER_MS = 3 * 24 * 60 * 60 * 1_000;

export function createNoticeActivities(
  ledger: NoticeLedger,
  { retryDelayMs = retryDelayMsByDefault, postTimeoutMs }: DeliveryOptions = {},
): NoticeActivities {
  return {
    findDueNotices: ({ endpoint, limit }) => ledger.listDueNotices(endpoint, limit),

    async deliverNotice(name) {
      const due = await ledger.readDelivery(name);
      if (!due) return { state: 'closed before' };
      const { id, kind, version, at, data, url, secrets, queuedAt } = due;
      const attempt = due.attempts + 1;
      const body = JSON.stringify({ type: kind, version, timestamp: at.toISOString(), data });
      const { accepted, gone, answer } = await postNotice(
        { url, secrets, id, body },
        postTimeoutMs,
      );
      const state = accepted ? 'delivered' : isOver(queuedAt) ? 'failed' : 'pending';
      await ledger.closeAttempt({
        ...name,
        attempt,
        state,
        answer,
        gone,
        ...(state === 'pending' ? { retryMs: retryDelayMs(attempt) } : {}),
      });
      return { id, attempt, state, answer };
    },
  };
}

function isOver(queuedAt: Date): boolean {
  return Date.now() - queuedAt.getTime() >= GIVE_UP_AFTER_MS;
}
