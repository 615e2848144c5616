/**
 * Runs in the workflow sandbox. The state of one gated run: who it is, how often it has called what,
 * and what it has spent. All of it follows from the history, so a replay rebuilds it.
 */
import { getCurrentDetails, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type {
  ActivityOptions,
  Headers,
  LocalActivityOptions,
  RetryPolicy,
} from '@temporalio/common';
import type { GateHeader, RetryEnd, RunHeader } from '../core/contract/gate-header';
import { isReceipted } from '../core/contract/receipt';
import { readStartCredits, type RunCredits, type StartCredits } from '../core/contract/run-credits';
import { readRunHeader, readScheduleId } from './workflow-headers';
import { headerForChild, headerForContinued, identifyRun } from './workflow-scope';
import { trackSpending } from './workflow-spending';

/** `tollgate` is declared beside `proxyBlocks`, which is how authors give a key. */
type CallOptions = Pick<ActivityOptions | LocalActivityOptions, 'retry' | 'tollgate'>;

export interface GatedRun {
  readonly account?: string;
  readonly searchAttributes: boolean;
  /** Header of the next call of a block, or of the call with the key that its options give. */
  headerForCall(block: string, options: CallOptions): GateHeader;
  /** Header of the next child of this type; its memo may name another account. */
  headerForChild(workflowType: string, memo: StartCredits | undefined): RunHeader;
  headerForContinued(): RunHeader;
  /** Takes the receipt off a result and remembers it. */
  acceptResult(result: unknown): unknown;
  readCredits(): RunCredits;
}

export function openRun(headers: Headers): GatedRun {
  const info = workflowInfo();
  const identity = identifyRun(
    info,
    readRunHeader(headers),
    readStartCredits(info.memo),
    readScheduleId(),
  );
  const { account } = identity.base;
  const spending = trackSpending(account);
  const countCall = createCounter();
  const countChild = createCounter();
  let shown = '';
  return {
    ...(account === undefined ? {} : { account }),
    searchAttributes: identity.searchAttributes,
    headerForCall(block, { tollgate, retry }) {
      const call = tollgate ? { key: tollgate.key } : { nth: countCall(block) };
      const end = retry && describeEnd(retry);
      return { ...identity.base, ...call, ...(end ? { retry: end } : {}) };
    },
    headerForChild: (type, memo) => headerForChild(identity, type, countChild(type), memo),
    headerForContinued: () => headerForContinued(identity),
    acceptResult(result) {
      if (!isReceipted(result)) return result;
      spending.record(result.receipt);
      shown = showDetails(shown, spending.describe());
      return result.output;
    },
    readCredits: () => spending.read(),
  };
}

/** Puts our lines below whatever details the author's own code has set. Returns what is shown. */
function showDetails(before: string, now: string): string {
  const details = getCurrentDetails();
  const own =
    before !== '' && details.endsWith(before) ? details.slice(0, -before.length) : details;
  const lines = own === '' || own.endsWith('\n\n') ? now : `\n\n${now}`;
  setCurrentDetails(own + lines);
  return lines;
}

function describeEnd(retry: RetryPolicy): RetryEnd | undefined {
  const { maximumAttempts, nonRetryableErrorTypes } = retry;
  if (maximumAttempts === undefined && nonRetryableErrorTypes === undefined) return undefined;
  return {
    ...(maximumAttempts === undefined || maximumAttempts === Infinity ? {} : { maximumAttempts }),
    ...(nonRetryableErrorTypes === undefined ? {} : { nonRetryableErrorTypes }),
  };
}

function createCounter(): (name: string) => number {
  const counts = new Map<string, number>();
  return (name) => {
    const next = (counts.get(name) ?? 0) + 1;
    counts.set(name, next);
    return next;
  };
}
