/**
 * What becomes of a call that the ledger has refused for want of credits. The attempt decides by the
 * run's own policy, then its agent's, then the worker's. Under `wait` the call joins its account's line
 * before its failure says so. Under either, the workflow `out-of-credits:{account}` hears of it.
 *
 * What must hold: a run is never told to wait without a place in line. Where the place or the workflow
 * cannot be had, the attempt fails with a fault, and Temporal tries it again.
 */
import type { Context, Info } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { formatCredits } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { GateHeader } from '../core/contract/gate-header';
import {
  formatCallKey,
  OUT_OF_CREDITS_WORKFLOW,
  outOfCreditsId,
  REFUSED_SIGNAL,
  type OutOfCreditsRule,
  type RefusalPolicy,
  type RefusedCall,
  type Waiting,
} from '../core/contract/out-of-credits';
import type { Refusal, ReserveRequest } from '../core/contract/reservation';
import type { LineLedger } from '../ledger/line-ledger';
import type { BlockCall } from './block-call';
import { persist, RESERVE_PATIENCE_MS } from './persist';
import { remember } from './remember';

export interface RefusalRules {
  readonly ledger: Pick<LineLedger, 'joinLine'>;
  /** Task queue of Tollgate's own worker. */
  readonly systemTaskQueue: string;
  readonly byDefault: OutOfCreditsRule;
  readonly byAgent: ReadonlyMap<string, OutOfCreditsRule>;
}

export type Insufficient = Extract<Refusal, { readonly kind: 'insufficient' }>;

const DEFAULT_DEADLINE_MS = 30 * 24 * 60 * 60 * 1_000;
/** A run that halts needs nobody; its account's workflow need not hear of every one. */
const HALT_QUIET_MS = 10_000;
const REMEMBERED_ACCOUNTS = 1_000;

/** Returns what a workflow needs in order to wait; undefined under `halt`. @throws TEMPORAL_UNAVAILABLE, LEDGER_UNAVAILABLE */
export type MeetRefusal = (refusal: Insufficient) => Promise<Waiting | undefined>;

export function meetRefusals(rules: RefusalRules) {
  const haltedAt = remember<{ ms: number }>(REMEMBERED_ACCOUNTS);
  return (
      call: BlockCall,
      request: ReserveRequest,
      header: GateHeader,
      context: Context,
    ): MeetRefusal =>
    async (refusal) => {
      const { policy, deadlineMs = DEFAULT_DEADLINE_MS } = choosePolicy(rules, header, request);
      if (policy === 'wait') {
        const waiting = await joinLine(rules, request, context.info, deadlineMs);
        await announce(rules, { policy, call, request, refusal, context });
        return waiting;
      }
      const last = haltedAt(call.account, () => ({ ms: -Infinity }));
      if (Date.now() - last.ms < HALT_QUIET_MS) return undefined;
      last.ms = Date.now();
      await announce(rules, { policy, call, request, refusal, context }).catch((error: unknown) => {
        context.log.warn('Tollgate could not be told that an account is out of credits', {
          account: call.account,
          error,
        });
      });
      return undefined;
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

interface Announcement {
  readonly policy: RefusalPolicy;
  readonly call: BlockCall;
  readonly request: ReserveRequest;
  readonly refusal: Insufficient;
  readonly context: Context;
}

async function announce(rules: RefusalRules, announcement: Announcement): Promise<void> {
  const { policy, call, request, refusal, context } = announcement;
  const { account, block } = call;
  const { workflowId, workflowRunId: runId, agent } = request.facts;
  const refused: RefusedCall = {
    policy,
    workflowId,
    runId,
    agent,
    block,
    needed: formatCredits(refusal.needed),
    available: formatCredits(refusal.available),
    ...(refusal.nextCreditsAt ? { nextCreditsAt: refusal.nextCreditsAt.toISOString() } : {}),
  };
  try {
    // A client without the author's way to encode data, which Tollgate's own worker does not know.
    const client = new Client({
      connection: context.client.connection,
      namespace: context.info.namespace,
    });
    await client.workflow.signalWithStart(OUT_OF_CREDITS_WORKFLOW, {
      workflowId: outOfCreditsId(account),
      taskQueue: rules.systemTaskQueue,
      args: [account],
      signal: REFUSED_SIGNAL,
      signalArgs: [refused],
      staticSummary: `${account} is out of credits`,
    });
  } catch (cause) {
    throw new TollgateError('TEMPORAL_UNAVAILABLE', { account, block }, { cause });
  }
}
