/**
 * Runs in clients. Tells each run that is started whom it charges, in a header that every way of
 * starting a workflow carries: start, signal-with-start, update-with-start, schedule.
 */
import type {
  CompiledScheduleOptions,
  CompiledWorkflowOptions,
  ScheduleClientInterceptor,
  WorkflowClientInterceptor,
} from '@temporalio/client';
import {
  defaultPayloadConverter,
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
  type Headers,
  type SearchAttributePair,
} from '@temporalio/common';
import { credits, type CreditsText } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import { GATE_HEADER, type GuaranteeAmount, type RunHeader } from '../core/contract/gate-header';
import type { OutOfCredits, OutOfCreditsRule } from '../core/contract/out-of-credits';
import {
  ACCOUNT_ATTRIBUTE,
  readStartCredits,
  type StartCredits,
} from '../core/contract/run-credits';
import { parseOutOfCredits } from './workflow-policy';

declare module '@temporalio/client/lib/workflow-options' {
  interface WorkflowOptions {
    /** Whom the run charges. Default: the memo field `tollgate`, then the plugin's `account`. */
    tollgate?: StartCredits;
  }
}

declare module '@temporalio/client/lib/schedule-types' {
  interface ScheduleOptions {
    /** Whom the runs of this schedule charge. Default: the memo field `tollgate`, then the plugin's `account`. */
    tollgate?: StartCredits;
  }
}

export interface ClientGate {
  /** For runs that are started without saying whom to charge. */
  readonly account?: string;
  /** Whether the search attributes are registered on the server and wanted. */
  readonly searchAttributes?: boolean;
}

const accountKey = defineSearchAttributeKey(ACCOUNT_ATTRIBUTE, SearchAttributeType.KEYWORD);

export function interceptStarts(gate: ClientGate): WorkflowClientInterceptor {
  return {
    startWithDetails(input, next) {
      const { headers, options } = announceRun(gate, input.headers, input.options);
      return next({ ...input, headers, options });
    },
    signalWithStart(input, next) {
      const { headers, options } = announceRun(gate, input.headers, input.options);
      return next({ ...input, headers, options });
    },
    startUpdateWithStart(input, next) {
      const run = announceRun(gate, input.workflowStartHeaders, input.workflowStartOptions);
      return next({
        ...input,
        workflowStartHeaders: run.headers,
        workflowStartOptions: run.options,
      });
    },
  };
}

export function interceptSchedules(gate: ClientGate): ScheduleClientInterceptor {
  return {
    create(input, next) {
      const { tollgate, scheduleId } = input.options;
      const action: ScheduledStart = { ...input.options.action, ...(tollgate ? { tollgate } : {}) };
      const run = announceRun(gate, input.headers, action, { schedule: scheduleId, preflight: {} });
      // Nothing but its search attributes has changed.
      const options = { ...input.options, action: run.options } as CompiledScheduleOptions;
      return next({ ...input, headers: run.headers, options });
    },
  };
}

/** What starting now and starting by a schedule have in common. */
type ScheduledStart = CompiledScheduleOptions['action'] & { readonly tollgate?: StartCredits };
type Start = Pick<CompiledWorkflowOptions, 'memo' | 'typedSearchAttributes' | 'tollgate'>;

function announceRun<Options extends Start>(
  gate: ClientGate,
  headers: Headers,
  options: Options,
  scheduled: Pick<RunHeader, 'schedule' | 'preflight'> = {},
): { readonly headers: Headers; readonly options: Options } {
  // The same plugin given twice, or a caller that has said it all itself.
  if (headers[GATE_HEADER]) return { headers, options };
  const start = options.tollgate ?? readStartCredits(options.memo) ?? defaultStart(gate);
  if (!start) return { headers, options };
  const header: RunHeader = {
    v: 1,
    account: start.account,
    ...(start.agent === undefined ? {} : { agent: start.agent }),
    ...(start.member === undefined ? {} : { member: start.member }),
    ...scheduled,
    ...(start.budget === undefined ? {} : { budget: checkBudget(start.budget) }),
    ...(start.outOfCredits === undefined ? {} : { outOfCredits: checkPolicy(start.outOfCredits) }),
    ...(start.guarantee === undefined ? {} : { guarantee: checkGuarantee(start.guarantee) }),
    ...(gate.searchAttributes ? { searchAttributes: true } : {}),
  };
  return {
    headers: { ...headers, [GATE_HEADER]: defaultPayloadConverter.toPayload(header) },
    options: gate.searchAttributes ? withAccountAttribute(options, start.account) : options,
  };
}

/** @throws AMOUNT_INVALID where the run is started, rather than in its first block. */
function checkBudget(budget: CreditsText): CreditsText {
  if (credits(budget) < 0n) throw new TollgateError('AMOUNT_INVALID', { budget });
  return budget;
}

/** @throws INPUT_INVALID where the run is started. */
function checkPolicy(outOfCredits: OutOfCredits): OutOfCreditsRule {
  const rule = parseOutOfCredits(outOfCredits);
  if (rule) return rule;
  throw new TollgateError('INPUT_INVALID', {
    field: 'outOfCredits',
    rule: "'halt', 'wait' or { policy, deadline }",
  });
}

/** @throws AMOUNT_INVALID */
function checkGuarantee(guarantee: GuaranteeAmount): GuaranteeAmount {
  if (guarantee !== 'quote' && credits(guarantee) <= 0n)
    throw new TollgateError('AMOUNT_INVALID', { guarantee });
  return guarantee;
}

function defaultStart(gate: ClientGate): StartCredits | undefined {
  return gate.account === undefined ? undefined : { account: gate.account };
}

function withAccountAttribute<Options extends Start>(options: Options, account: string): Options {
  const given = options.typedSearchAttributes;
  const pairs: SearchAttributePair[] =
    given instanceof TypedSearchAttributes ? given.getAll() : [...(given ?? [])];
  if (pairs.some(({ key }) => key.name === ACCOUNT_ATTRIBUTE)) return options;
  return { ...options, typedSearchAttributes: [...pairs, { key: accountKey, value: account }] };
}
