/**
 * Runs in the workflow sandbox, once per workflow: the state of a run lives in this closure. It puts
 * the gate header on every activity, hands the author's code the bare output of a gated one, and gives
 * child runs and continued runs their place.
 *
 * What must hold: it is deterministic, and it adds no event to the history unless a call waits for credits
 * or the run was started with search attributes or a guarantee. A header that is there already comes from the same
 * plugin given twice.
 */
import {
  ApplicationFailureCategory,
  defineSearchAttributeKey,
  SearchAttributeType,
} from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  defineQuery,
  setHandler,
  upsertSearchAttributes,
  type ActivityInput,
  type ActivityOptions,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptors,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import { GATE_HEADER, type GateHeader } from '../core/contract/gate-header';
import { INSUFFICIENT_CREDITS } from '../core/contract/insufficient-credits';
import {
  CREDITS_QUERY,
  readStartCredits,
  SPENT_ATTRIBUTE,
  type RunCredits,
} from '../core/contract/run-credits';
import { returnAtEnd } from './workflow-guarantee';
import { addHeader } from './workflow-headers';
import { takePreflight } from './workflow-preflight';
import { openRun, type GatedRun } from './workflow-run';

/** Refusals that end a run under their own type. */
const HALTING: readonly string[] = [INSUFFICIENT_CREDITS, 'BUDGET_EXCEEDED', 'QUOTE_UNKNOWN'];
const creditsQuery = defineQuery<RunCredits>(CREDITS_QUERY);
const spentKey = defineSearchAttributeKey(SPENT_ATTRIBUTE, SearchAttributeType.DOUBLE);

/** Found by Temporal under this name. */
export function interceptors(): WorkflowInterceptors {
  let opened: GatedRun | undefined;
  const inbound: WorkflowInboundCallsInterceptor = {
    async execute(input, next) {
      const run = openRun(input.headers);
      opened = run;
      setHandler(creditsQuery, () => run.readCredits(), {
        description: 'Credits that this run has spent so far',
      });
      try {
        return await takePreflight(run, () => returnAtEnd(run.held, () => next(input)));
      } catch (error) {
        throw haltAtRefusal(error);
      } finally {
        if (run.searchAttributes)
          upsertSearchAttributes([{ key: spentKey, value: Number(run.readCredits().spent) }]);
      }
    },
  };
  // Authors' code runs inside `execute`; only another interceptor could call anything before it.
  const outbound = interceptCalls(() => (opened ??= openRun({})));
  return { inbound: [inbound], outbound: [outbound] };
}

function interceptCalls(run: () => GatedRun): WorkflowOutboundCallsInterceptor {
  return {
    scheduleActivity(input, next) {
      const accept = (result: unknown) => run().acceptResult(result);
      if (input.headers[GATE_HEADER]) return next(input).then(accept);
      const header = run().headerForCall(input.activityType, input.options);
      const call = {
        ...input,
        headers: addHeader(input.headers, { ...header, canWait: true }),
        options: summarize(input, header),
      };
      const make = (): Promise<unknown> => next(call);
      // The way of nearly every call: one promise, since Temporal notes a stack trace for each.
      return make().then(accept, (error: unknown) => run().afterFailure(error, make).then(accept));
    },
    scheduleLocalActivity(input, next) {
      const accept = (result: unknown) => run().acceptResult(result);
      // Temporal schedules a local activity anew after a long backoff, so it has no n-th call.
      if (!input.options.tollgate || input.headers[GATE_HEADER]) return next(input).then(accept);
      const header = run().headerForCall(input.activityType, input.options);
      return next({ ...input, headers: addHeader(input.headers, header) }).then(accept);
    },
    startChildWorkflowExecution(input, next) {
      if (input.headers[GATE_HEADER]) return next(input);
      const header = run().headerForChild(input.workflowType, readStartCredits(input.options.memo));
      return next({ ...input, headers: addHeader(input.headers, header) });
    },
    continueAsNew(input, next) {
      if (input.headers[GATE_HEADER]) return next(input);
      return next({ ...input, headers: addHeader(input.headers, run().headerForContinued()) });
    },
  };
}

/** What Temporal's UI shows beside the activity, where the author has not said anything. */
function summarize(input: ActivityInput, header: GateHeader): ActivityOptions {
  const { options, activityType } = input;
  if (options.summary !== undefined || header.account === undefined) return options;
  const call = header.key === undefined ? `call ${header.nth}` : `call ${header.key}`;
  return { ...options, summary: `${activityType}, ${call}, account ${header.account}` };
}

/**
 * A refusal that the author does not catch ends the run under its own type, for good: a retry of the
 * workflow would only be refused again, and whoever started the run sees why at first sight.
 */
function haltAtRefusal(error: unknown): unknown {
  if (!(error instanceof ActivityFailure || error instanceof ChildWorkflowFailure)) return error;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || !HALTING.includes(cause.type ?? '')) return error;
  return ApplicationFailure.create({
    message: cause.message,
    type: cause.type ?? INSUFFICIENT_CREDITS,
    nonRetryable: true,
    category: ApplicationFailureCategory.BENIGN,
    ...(cause.details ? { details: cause.details } : {}),
    cause: error,
  });
}
