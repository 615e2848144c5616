/**
 * What the gate knows of one attempt of a block call, worked out before anything is reserved: whom it
 * charges, under which key, and what it would cost.
 */
import { randomBytes } from 'node:crypto';
import type { Info } from '@temporalio/activity';
import { credits, type Credits } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { GateHeader, RunCap } from '../core/contract/gate-header';
import type { ReserveRequest, RunFacts } from '../core/contract/reservation';
import { reserveAmount } from '../core/pricing/quote';
import { nameChoice } from '../core/pricing/resolve-price';
import { deriveChargeKey, deriveRunKey } from './charge-key';
import type { OpenCall } from './close-call';
import type { PricedActivity } from './priced-activities';
import { remember } from './remember';

export interface BlockCall extends OpenCall {
  /** What it asks to set aside. */
  readonly amount: Credits;
  /** The options that it chose; empty where its price has none. */
  readonly choice: string;
}

/** Where Temporal sets neither timeout, which it does not for a regular activity. */
const LONGEST_ATTEMPT_MS = 24 * 60 * 60 * 1_000;
/** A claim is a positive 64-bit integer. */
const CLAIM_MASK = 0x7fff_ffff_ffff_ffffn;
const REMEMBERED_RUNS = 1_000;

let lastClaim = randomBytes(8).readBigInt64BE(0) & CLAIM_MASK;
const rememberFacts = remember<RunFacts>(REMEMBERED_RUNS);

/**
 * The header of a priced activity, which says whom to charge.
 * @throws LOCAL_ACTIVITY_UNKEYED, GATE_HEADER_MISSING, ACCOUNT_MISSING
 */
export function requireHeader(
  block: string,
  info: Info,
  header: GateHeader | undefined,
): GateHeader & { readonly account: string } {
  if (info.isLocal && header?.key === undefined)
    throw new TollgateError('LOCAL_ACTIVITY_UNKEYED', { block });
  if (!header) throw new TollgateError('GATE_HEADER_MISSING', { block });
  const { account } = header;
  if (account === undefined) {
    const workflowId = info.workflowExecution?.workflowId;
    throw new TollgateError('ACCOUNT_MISSING', { block, workflowId });
  }
  return header as GateHeader & { readonly account: string }; // It was read just above.
}

/** @throws INPUT_INVALID, PRICE_OPTION_UNKNOWN */
export function describeCall(
  block: string,
  account: string,
  header: GateHeader,
  activity: PricedActivity,
  given: readonly unknown[],
): BlockCall {
  const args = activity.parse(given);
  return {
    block,
    account,
    key: deriveChargeKey(block, header),
    claim: nextClaim(),
    price: activity.price,
    args,
    overrun: activity.overrun,
    onFailure: activity.onFailure,
    amount: reserveAmount(activity.price.rule, args, block),
    choice: nameChoice(activity.price.rule, args),
  };
}

export function toReserveRequest(
  call: BlockCall,
  header: GateHeader,
  info: Info,
  slackMs: number,
): ReserveRequest {
  const { key, account, amount, claim, price, choice } = call;
  return {
    run: key.run,
    call: key.call,
    account,
    nth: header.key === undefined ? (header.nth ?? 0) : 0,
    amount,
    claim,
    price,
    choice,
    deadlineMs: attemptMs(info) + slackMs,
    // The ledger writes them with a run's first reserve, so all calls of the run may share them.
    facts: rememberFacts(key.run, () => describeCallingRun(call, header, info)),
  };
}

function describeCallingRun(call: BlockCall, header: GateHeader, info: Info): RunFacts {
  return describeRun(header, {
    agent: info.workflowType ?? call.block,
    // An activity that no workflow has started is a run of one block.
    workflowId: info.workflowExecution?.workflowId ?? info.activityId,
    workflowRunId: info.workflowExecution?.runId ?? info.activityRunId ?? '',
  });
}

type RunNames = Pick<
  GateHeader,
  'scope' | 'startedAt' | 'parent' | 'agent' | 'member' | 'schedule' | 'caps'
>;
type Execution = Pick<RunFacts, 'agent' | 'workflowId' | 'workflowRunId'>;

/** What a header and Temporal say of a run; the header's name for the agent goes first. */
export function describeRun(names: RunNames, execution: Execution): RunFacts {
  const { scope, startedAt, parent, agent = execution.agent, schedule, member, caps } = names;
  return {
    ...execution,
    run: deriveRunKey(startedAt, scope),
    scope,
    ...(parent === undefined ? {} : { parent: deriveRunKey(startedAt, parent) }),
    agent,
    startedAt: new Date(startedAt),
    ...(schedule === undefined ? {} : { schedule }),
    ...(member === undefined ? {} : { member }),
    ...(caps === undefined ? {} : { caps: caps.map(toCap) }),
  };
}

function toCap(cap: RunCap): { readonly run: string; readonly cap: Credits } {
  return { run: deriveRunKey(cap.startedAt, cap.scope), cap: credits(cap.credits) };
}

/** Distinct in this process, and from those of any other by the size of the number. */
function nextClaim(): bigint {
  lastClaim = (lastClaim + 1n) & CLAIM_MASK;
  return lastClaim;
}

/** After so long, Temporal accepts no result of this attempt any more. */
function attemptMs(info: Info): number {
  const { startToCloseTimeoutMs, scheduleToCloseTimeoutMs } = info;
  if (startToCloseTimeoutMs > 0) return startToCloseTimeoutMs;
  return scheduleToCloseTimeoutMs > 0 ? scheduleToCloseTimeoutMs : LONGEST_ATTEMPT_MS;
}
