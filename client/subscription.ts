/**
 * An account's subscription, for callers: each function reaches `subscription:{account}`, and starts it
 * where it does not run yet. What is refused is thrown as a TollgateError.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { AutoTopUpRequest } from '../core/contract/auto-top-up';
import type { BillingView } from '../core/contract/billing-view';
import { TollgateError, errors, type ErrorCode } from '../core/contract/errors';
import type { PackPreview } from '../core/contract/pack-preview';
import {
  HINT_SIGNAL,
  SUBSCRIPTION_UPDATES,
  SUBSCRIPTION_WORKFLOW,
  subscriptionWorkflowId,
  type CancelAgentLineRequest,
  type ChangePackRequest,
  type PageAnswer,
  type PreviewRequest,
  type Returning,
  type SubscribeAnswer,
  type SubscribeRequest,
  type SubscriptionInput,
  type TopUpRequest,
} from '../core/contract/subscription';
import { SYSTEM_TASK_QUEUE } from '../core/contract/system';
import { isBetweenRuns } from './temporal-faults';

export interface Subscription {
  /** Reads Stripe again and answers what is there now: for the page that Checkout returns to. */
  refresh(): Promise<BillingView>;
  subscribe(request: SubscribeRequest, options?: UpdateOptions): Promise<SubscribeAnswer>;
  previewPack(request: PreviewRequest): Promise<PackPreview>;
  changePack(request: ChangePackRequest, options?: UpdateOptions): Promise<BillingView>;
  cancel(options?: UpdateOptions): Promise<BillingView>;
  resubscribe(options?: UpdateOptions): Promise<BillingView>;
  cancelAgentLine(request?: CancelAgentLineRequest, options?: UpdateOptions): Promise<BillingView>;
  topUp(request: TopUpRequest, options?: UpdateOptions): Promise<PageAnswer>;
  /** Null turns it off. */
  setAutoTopUp(request: AutoTopUpRequest | null, options?: UpdateOptions): Promise<BillingView>;
  portal(request?: Returning): Promise<PageAnswer>;
  /** Tells it that something may have changed; returns when Temporal has kept that. @throws TEMPORAL_UNAVAILABLE */
  hint(): Promise<void>;
}

export interface UpdateOptions {
  /** The same key again is the same request: it is done once. Default: a new one. */
  readonly key?: string;
}

export interface SubscriptionPlace {
  /** Only where TollgatePlugin has another `systemTaskQueue`. */
  readonly taskQueue?: string;
}

/** Whoever hints can do so again. */
const HINT_DEADLINE_MS = 5_000;
/** A workflow is between two runs for an instant. */
const TRIES = 20;
const TRY_AGAIN_MS = 100;

export function subscriptionOf(
  client: Client,
  account: string,
  { taskQueue = SYSTEM_TASK_QUEUE }: SubscriptionPlace = {},
): Subscription {
  const start = {
    workflowId: subscriptionWorkflowId(account),
    taskQueue,
    args: [{ account }] as [SubscriptionInput],
    staticSummary: `Subscription of ${account}`,
  };

  async function update<Answer>(
    name: keyof typeof SUBSCRIPTION_UPDATES,
    args: readonly unknown[] = [],
    { key }: UpdateOptions = {},
  ): Promise<Answer> {
    // One id for all tries, so that an update that was taken after all is not done twice.
    const updateId = key ?? randomUUID();
    const send = (): Promise<Answer> =>
      client.workflow.executeUpdateWithStart<Workflow, Answer, unknown[]>(
        SUBSCRIPTION_UPDATES[name],
        {
          args: [...args],
          updateId,
          startWorkflowOperation: new WithStartWorkflowOperation<Workflow>(SUBSCRIPTION_WORKFLOW, {
            ...start,
            workflowIdConflictPolicy: 'USE_EXISTING',
          }),
        },
      );
    for (let tries = 1; ; tries += 1) {
      try {
        return await send();
      } catch (error) {
        if (!isBetweenRuns(error) || tries >= TRIES) throw asTollgateError(error);
        await sleep(TRY_AGAIN_MS);
      }
    }
  }

  return {
    refresh: () => update('refresh'),
    subscribe: (request, options) => update('subscribe', [request], options),
    previewPack: (request) => update('previewPack', [request]),
    changePack: (request, options) => update('changePack', [request], options),
    cancel: (options) => update('cancel', [], options),
    resubscribe: (options) => update('resubscribe', [], options),
    cancelAgentLine: (request = {}, options) => update('cancelAgentLine', [request], options),
    topUp: (request, options) => update('topUp', [request], options),
    setAutoTopUp: (request, options) => update('setAutoTopUp', [request], options),
    portal: (request = {}) => update('portal', [request]),
    async hint() {
      try {
        await client.withDeadline(Date.now() + HINT_DEADLINE_MS, () =>
          client.workflow.signalWithStart(SUBSCRIPTION_WORKFLOW, { ...start, signal: HINT_SIGNAL }),
        );
      } catch (cause) {
        throw new TollgateError('TEMPORAL_UNAVAILABLE', { account }, { cause });
      }
    },
  };
}

/** What the workflow refused, with its code and facts; anything else means that Temporal did not answer. */
function asTollgateError(error: unknown): unknown {
  if (!(error instanceof WorkflowUpdateFailedError)) return error;
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    const { type, details } = cause as { type?: unknown; details?: unknown }; // of an ApplicationFailure
    if (typeof type !== 'string' || !(type in errors)) continue;
    const [facts] = Array.isArray(details) ? details : [];
    const known = typeof facts === 'object' && facts !== null ? { ...facts } : {};
    return new TollgateError(type as ErrorCode, known, { cause: error });
  }
  return error;
}
