/**
 * Runs in the workflow sandbox. Works out under which identity a run charges, from what Temporal says
 * of it and the header it was started with.
 *
 * What must hold: the scope is equal for a run and for the run that a reset makes of it, so that no
 * block is charged twice, and it differs between any two runs that are meant to be paid separately: a
 * workflow retry, a continue-as-new, a tick of a cron or schedule, a reused workflow id. A root has an
 * id of that kind of its own (`originalExecutionRunId`). A child has not: a reset of its parent starts
 * it anew. So a child goes by its place below its parent.
 */
import type { GateHeader, RunHeader, RunPlace } from '../core/contract/gate-header';
import type { StartCredits } from '../core/contract/run-credits';
import { parseOutOfCredits } from './workflow-policy';

/** What Temporal says of a run; a part of `WorkflowInfo`. */
export interface RunInfo {
  readonly originalExecutionRunId: string;
  readonly startTime: Date;
  readonly attempt: number;
  readonly cronSchedule?: string | undefined;
}

export interface RunIdentity {
  /** What every block of the run has in its header. */
  readonly base: Omit<GateHeader, 'nth' | 'key'>;
  readonly searchAttributes: boolean;
  /** Set for a child run. */
  readonly place?: RunPlace;
  /** Each tick of a cron is a run of its own, wherever it was started from. */
  readonly cron: boolean;
}

export function identifyRun(
  info: RunInfo,
  header: RunHeader | undefined,
  memo: StartCredits | undefined,
  scheduledBy: string | undefined,
): RunIdentity {
  const place = header?.place;
  const cron = Boolean(info.cronSchedule);
  const account = header?.account ?? memo?.account;
  const agent = header?.agent ?? memo?.agent;
  const member = header?.member ?? memo?.member;
  const schedule = header?.schedule ?? scheduledBy;
  const outOfCredits = header?.outOfCredits ?? parseOutOfCredits(memo?.outOfCredits);
  const budget = header?.budget ?? (header ? undefined : memo?.budget);
  const scope = place && !cron ? childScope(place, info.attempt) : info.originalExecutionRunId;
  const startedAt = place?.startedAt ?? info.startTime.toISOString();
  const caps = [
    ...(budget === undefined ? [] : [{ scope, startedAt, credits: budget }]),
    ...(header?.caps ?? []),
  ];
  return {
    base: {
      v: 1,
      ...(account === undefined ? {} : { account }),
      scope,
      ...(caps.length === 0 ? {} : { caps }),
      startedAt,
      ...(place === undefined ? {} : { parent: place.parent }),
      ...(agent === undefined ? {} : { agent }),
      ...(member === undefined ? {} : { member }),
      ...(schedule === undefined ? {} : { schedule }),
      ...(outOfCredits === undefined ? {} : { outOfCredits }),
    },
    searchAttributes: header?.searchAttributes === true,
    ...(place === undefined ? {} : { place }),
    cron,
  };
}

/** Header of the n-th child of a type that this run starts. */
export function headerForChild(
  run: RunIdentity,
  workflowType: string,
  nth: number,
  memo: StartCredits | undefined,
): RunHeader {
  const { scope, startedAt } = run.base;
  const { outOfCredits, ...start } = memo ?? {};
  const policy = parseOutOfCredits(outOfCredits);
  return {
    ...carriedBy(run),
    ...start,
    ...(policy === undefined ? {} : { outOfCredits: policy }),
    place: {
      // Encoded, so that no workflow type can spell the separators of a scope.
      scope: `${scope}/${encodeURIComponent(workflowType)}:${nth}`,
      parent: scope,
      startedAt,
      generation: 0,
    },
  };
}

/** Header of the run that continues this one. */
export function headerForContinued(run: RunIdentity): RunHeader {
  const { place, cron } = run;
  const { agent } = run.base;
  const carried = { ...carriedBy(run), ...(agent === undefined ? {} : { agent }) };
  if (!place) return carried;
  return { ...carried, place: cron ? place : { ...place, generation: place.generation + 1 } };
}

/**
 * A child is an agent of its own, by its workflow type, so the agent's name is not handed on. Budgets are:
 * what a child spends, or the run that continues this one, counts against all that cap this one.
 */
function carriedBy(run: RunIdentity): RunHeader {
  const { account, member, schedule, caps, outOfCredits } = run.base;
  return {
    v: 1,
    ...(outOfCredits === undefined ? {} : { outOfCredits }),
    ...(caps === undefined ? {} : { caps }),
    ...(account === undefined ? {} : { account }),
    ...(member === undefined ? {} : { member }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(run.searchAttributes ? { searchAttributes: true } : {}),
  };
}

function childScope(place: RunPlace, attempt: number): string {
  return `${place.scope}#${place.generation}@${attempt}`;
}
