/**
 * What becomes of a call that the ledger has refused for want of credits. The attempt decides by the
 * run's own policy, then its agent's, then the worker's. Under `wait` the call joins its account's line
 * before its failure says so. Under either, the workflow `out-of-credits:{account}` hears of it.
 *
 * What must hold: a run is never told to wait without a place in line. Where the place or the workflow
 * cannot be had, the attempt fails with a fault, and Temporal tries it again.
 */
import type { Context, Info } from '@temporalio/activity';
import { formatCredits } from '../core/contract/credits';
import type { GateHeader } from '../core/contract/gate-header';
import {
  formatCallKey,
  type OutOfCreditsRule,
  type RefusalPolicy,
  type RefusedCall,
  type Waiting,
} from '../core/contract/out-of-credits';
import type { Refusal, ReserveRequest } from '../core/contract/reservation';
import type { LineLedger } from '../ledger/line-ledger';
import { announceHalts, announceShortage } from './announce-shortage';
import type { BlockCall } from './block-call';
import { persist, RESERVE_PATIENCE_MS } from './persist';

export interface RefusalRules {
  readonly ledger: Pick<LineLedger, 'joinLine'>;
  /** Task queue of Tollgate's own worker. */
  readonly systemTaskQueue: string;
  readonly byDefault: OutOfCreditsRule;
  readonly byAgent: ReadonlyMap<string, OutOfCreditsRule>;
}

export type Insufficient = Extract<Refusal, { readonly kind: 'insufficient' }>;

const DEFAULT_DEADLINE_MS = 30 * 24 * 60 * 60 * 1_000;

/** Returns what a workflow needs in order to wait; undefined under `halt`. @throws TEMPORAL_UNAVAILABLE, LEDGER_UNAVAILABLE */
export type MeetRefusal = (refusal: Insufficient) => Promise<Waiting | undefined>;

export function meetRefusals(rules: RefusalRules) {
  const { systemTaskQueue } = rules;
  const announceHalt = announceHalts(systemTaskQueue);
  return (
      call: BlockCall,
      request: ReserveRequest,
      header: GateHeader,
      context: Context,
    ): MeetRefusal =>
    async (refusal) => {
      const { policy, deadlineMs = DEFAULT_DEADLINE_MS } = choosePolicy(rules, header, request);
      const refused = describeRefused(policy, call, request, refusal);
      if (policy === 'halt') {
        await announceHalt(context, call.account, refused);
        return undefined;
      }
      const waiting = await joinLine(rules, request, context.info, deadlineMs);
      const waits = { ...refused, deadline: waiting.deadline };
      await announceShortage(systemTaskQueue, context, call.account, waits);
      return waiting;
    };
}

function choosePolicy(
  { byAgent, byDefault }: RefusalRules,
  { outOfCredits, canWait }: GateHeader,
  { facts }: ReserveRequest,
): OutOfCreditsRule {
  const chosen = outOfCredits ?? byAgent.get(facts.agent) ?? byDefault;
  // A workflow of another SDK, or of an older version, would not hear that its credits have come.
  return canWait === true ? chosen : { policy: 'halt' };
}

async function joinLine(
  { ledger }: RefusalRules,
  request: ReserveRequest,
  { namespace, workflowExecution }: Info,
  deadlineMs: number,
): Promise<Waiting> {
  const workflowRunId = workflowExecution?.runId ?? '';
  const { since, deadlineAt } = await persist(
    () => ledger.joinLine({ ...request, namespace, workflowRunId, deadlineMs }),
    RESERVE_PATIENCE_MS,
  );
  return {
    key: formatCallKey(request),
    since: since.toISOString(),
    deadline: deadlineAt.toISOString(),
  };
}

function describeRefused(
  policy: RefusalPolicy,
  { block }: BlockCall,
  { facts }: ReserveRequest,
  { needed, available, nextCreditsAt }: Insufficient,
): RefusedCall {
  const { workflowId, workflowRunId: runId, agent, schedule } = facts;
  return {
    policy,
    workflowId,
    runId,
    agent,
    block,
    ...(schedule === undefined ? {} : { schedule }),
    needed: formatCredits(needed),
    available: formatCredits(available),
    ...(nextCreditsAt ? { nextCreditsAt: nextCreditsAt.toISOString() } : {}),
  };
}
