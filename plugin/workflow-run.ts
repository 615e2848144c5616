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
import type { GateHeader, RetryEnd, RunGuarantee, RunHeader } from '../core/contract/gate-header';
import type { PreflightRequest, PreflightRule } from '../core/contract/preflight';
import { isReceipted } from '../core/contract/receipt';
import { readStartCredits, type RunCredits, type StartCredits } from '../core/contract/run-credits';
import { findGuarantee, handOn, isHeldBy } from './workflow-guarantee';
import { readRunHeader, readScheduleId } from './workflow-headers';
import {
  headerForChild,
  headerForContinued,
  identifyRun,
  type RunIdentity,
} from './workflow-scope';
import { trackSpending } from './workflow-spending';
import { trackWaits } from './workflow-waiting';

/** `tollgate` is declared beside `proxyBlocks`, which is how authors give a key. */
type CallOptions = Pick<ActivityOptions | LocalActivityOptions, 'retry' | 'tollgate'>;

export interface GatedRun {
  readonly account?: string;
  readonly searchAttributes: boolean;
  /** Set for a run that a schedule has started, where it asks before it begins. */
  readonly preflight?: PreflightRequest;
  /** Nothing was charged to this run, and it has started no other. */
  isUntouched(): boolean;
  /** The guarantee that returns when this run ends. */
  readonly held?: RunGuarantee;
  /** Header of the next call of a block, or of the call with the key that its options give. */
  headerForCall(block: string, options: CallOptions): GateHeader;
  /** Header of the next child of this type; its memo may name another account. */
  headerForChild(workflowType: string, memo: StartCredits | undefined): RunHeader;
  headerForContinued(): RunHeader;
  /** Waits for credits where the refusal of a call says so, and makes it again; else throws its error on. */
  afterFailure(error: unknown, make: () => Promise<unknown>): Promise<unknown>;
  /** Takes the receipt off a result and remembers it. */
  acceptResult(result: unknown): unknown;
  readCredits(): RunCredits;
}

export function openRun(headers: Headers): GatedRun {
  const info = workflowInfo();
  const header = readRunHeader(headers);
  const memo = readStartCredits(info.memo);
  const identity = identifyRun(info, header, memo, readScheduleId());
  const { account } = identity.base;
  const guarantee = findGuarantee(info, header, memo, identity.base);
  const spending = trackSpending(account);
  const countCall = createCounter();
  const countChild = createCounter();
  let shown = '';
  let children = 0;
  const preflight = header?.preflight && describePreflight(identity.base, header.preflight);
  const show = (): void => {
    shown = showDetails(shown, [spending.describe(), ...waits.describe()].join('\n\n'));
  };
  const waits = trackWaits(show);
  return {
    ...(account === undefined ? {} : { account }),
    searchAttributes: identity.searchAttributes,
    ...(preflight ? { preflight } : {}),
    isUntouched: () => children === 0 && Number(spending.read().spent) === 0,
    ...(guarantee && isHeldBy(info, guarantee) ? { held: guarantee } : {}),
    headerForCall(block, { tollgate, retry }) {
      const call = tollgate ? { key: tollgate.key } : { nth: countCall(block) };
      const end = retry && describeEnd(retry);
      return {
        ...identity.base,
        ...call,
        ...(guarantee ? { guarantee } : {}),
        ...(end ? { retry: end } : {}),
      };
    },
    headerForChild(type, childMemo) {
      children += 1;
      const child = headerForChild(identity, type, countChild(type), childMemo);
      return handOn(child, guarantee, account);
    },
    headerForContinued: () => handOn(headerForContinued(identity), guarantee, account),
    acceptResult(result) {
      if (!isReceipted(result)) return result;
      spending.record(result.receipt);
      show();
      return result.output;
    },
    afterFailure: (error, make) => waits.afterFailure(error, make),
    readCredits() {
      const waiting = waits.read();
      return { ...spending.read(), ...(waiting.length === 0 ? {} : { waiting }) };
    },
  };
}

/** A retry of the workflow goes on with what the first attempt was allowed to begin. */
function describePreflight(
  { account, schedule, agent, member, scope }: RunIdentity['base'],
  { needs }: PreflightRule,
): PreflightRequest | undefined {
  const { attempt, workflowId, workflowType } = workflowInfo();
  if (account === undefined || schedule === undefined || attempt > 1) return undefined;
  return {
    account,
    schedule,
    agent: agent ?? workflowType,
    ...(member === undefined ? {} : { member }),
    run: scope,
    workflowId,
    ...(needs === undefined ? {} : { needs }),
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
