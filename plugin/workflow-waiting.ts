/**
 * Runs in the workflow sandbox. Lets a refused call wait for credits where its failure says that it
 * shall (plugin/refused-call.ts put that there), and makes the same call again when they have come.
 *
 * What must hold: all it does follows from the failure, which is in the history. A wait costs one timer
 * and one signal, no worker and no slot. Whoever stops waiting before the deadline gives up the place.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import {
  INSUFFICIENT_CREDITS,
  type InsufficientCredits,
} from '../core/contract/insufficient-credits';
import {
  creditsSignal,
  leaveSignal,
  outOfCreditsId,
  type Waiting,
} from '../core/contract/out-of-credits';
import type { WaitingCall } from '../core/contract/run-credits';

export interface Waits {
  /**
   * What becomes of a call that has failed: while it is refused and may wait, waits and makes it again.
   * Any other failure is thrown on.
   */
  afterFailure(error: unknown, make: () => Promise<unknown>): Promise<unknown>;
  /** The calls that wait now, longest first. */
  read(): readonly WaitingCall[];
  /** Markdown for the run's current details, a line for each. */
  describe(): readonly string[];
}

/** @param show called whenever a wait begins or ends. */
export function trackWaits(show: () => void): Waits {
  const open = new Set<WaitingCall>();
  return {
    async afterFailure(failure, make) {
      let error = failure;
      let deadline: string | undefined;
      for (;;) {
        const refusal = findWaitingRefusal(error);
        if (!refusal) throw error;
        // A call that is refused once more goes on waiting, no longer than it had from the first time.
        deadline ??= refusal.waiting.deadline;
        const call = toWaitingCall(refusal, deadline);
        open.add(call);
        show();
        try {
          if (!(await waitForCredits(refusal, deadline))) throw giveUp(error, refusal, deadline);
        } finally {
          open.delete(call);
          show();
        }
        try {
          return await make();
        } catch (again) {
          error = again;
        }
      }
    },
    read: () => [...open],
    describe: () => [...open].map(describeWaiting),
  };
}

type WaitingRefusal = InsufficientCredits & { readonly waiting: Waiting };

function findWaitingRefusal(error: unknown): WaitingRefusal | undefined {
  if (!(error instanceof ActivityFailure)) return undefined;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== INSUFFICIENT_CREDITS)
    return undefined;
  const refusal = cause.details?.[0] as InsufficientCredits | undefined; // Of this type, so the gate's.
  return refusal?.waiting && { ...refusal, waiting: refusal.waiting };
}

/** Whether credits have come; false at the deadline. */
async function waitForCredits(refusal: WaitingRefusal, deadline: string): Promise<boolean> {
  const { account, waiting } = refusal;
  const signal = defineSignal(creditsSignal(waiting.key));
  let come = false;
  // One that came before the refusal did was kept by Temporal, and is handed over now.
  setHandler(signal, () => void (come = true), {
    description: `There are credits for ${refusal.block}`,
  });
  try {
    const leftMs = Date.parse(deadline) - Date.now();
    // At the deadline the line lets go of the place by itself.
    return leftMs > 0 && (await condition(() => come, leftMs, { summary: 'waits for credits' }));
  } catch (error) {
    if (isCancellation(error)) await leave(account, waiting.key);
    throw error;
  } finally {
    setHandler(signal, undefined);
  }
}

async function leave(account: string, key: string): Promise<void> {
  const line = getExternalWorkflowHandle(outOfCreditsId(account));
  try {
    await CancellationScope.nonCancellable(() => line.signal(leaveSignal(key)));
  } catch {
    // The line has ended, and the place with it.
  }
}

/** The refusal as it would have been under `halt`, with the wait in its details. */
function giveUp(error: unknown, refusal: WaitingRefusal, deadline: string): unknown {
  const { waiting, ...facts } = refusal;
  const { cause, message, activityType, activityId, retryState, identity } =
    error as ActivityFailure; // As findWaitingRefusal has seen.
  const refused = cause as ApplicationFailure;
  const details = { ...facts, waited: { since: waiting.since, until: deadline } };
  const failure = ApplicationFailure.create({
    type: INSUFFICIENT_CREDITS,
    message: `${refused.message} No credits came until ${deadline}.`,
    nonRetryable: true,
    details: [details],
    ...(refused.category ? { category: refused.category } : {}),
  });
  return new ActivityFailure(message, activityType, activityId, retryState, identity, failure);
}

function toWaitingCall(refusal: WaitingRefusal, deadline: string): WaitingCall {
  const { block, needed, available, nextCreditsAt, waiting } = refusal;
  return {
    block,
    needed,
    available,
    since: waiting.since,
    deadline,
    ...(nextCreditsAt === undefined ? {} : { nextCreditsAt }),
  };
}

function describeWaiting({
  block,
  needed,
  available,
  nextCreditsAt,
  deadline,
}: WaitingCall): string {
  const more = nextCreditsAt === undefined ? '' : ` More come at ${nextCreditsAt}.`;
  return `**Waiting for credits**: \`${block}\` needs ${needed}, the account had ${available}.${more} Until ${deadline}.`;
}
