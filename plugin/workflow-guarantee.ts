/**
 * Runs in the workflow sandbox. Which guarantee a run draws on, and its return when the run ends.
 *
 * A run that is started with a guarantee holds it; the runs below it, and the run that continues it,
 * draw on the same one. A retry of the workflow is a run of its own and holds one of its own.
 */
import { CancellationScope, proxyLocalActivities, TemporalFailure } from '@temporalio/workflow';
import type { GateHeader, RunGuarantee, RunHeader } from '../core/contract/gate-header';
import { RETURN_GUARANTEE, type GuaranteeHolder } from '../core/contract/guarantee';
import type { StartCredits } from '../core/contract/run-credits';

/** What Temporal says of a run; a part of `WorkflowInfo`. */
export interface HolderInfo {
  readonly workflowId: string;
  readonly workflowType: string;
  readonly originalExecutionRunId: string;
  readonly attempt: number;
}

export function findGuarantee(
  info: HolderInfo,
  header: RunHeader | undefined,
  memo: StartCredits | undefined,
  base: GateHeader,
): RunGuarantee | undefined {
  const asked = header?.guarantee ?? (header ? undefined : memo?.guarantee);
  if (asked !== undefined) return hold(info, asked, base);
  const given = header?.guaranteedBy;
  if (!given || !isHeldBy(info, given)) return given;
  // This run continues the one that holds it. After a retry of this one it has returned already.
  if (info.attempt > 1) return hold(info, given.credits, base);
  return { ...given, runId: info.originalExecutionRunId };
}

/** Whether its end is that of this run, rather than of one above it. */
export function isHeldBy(info: Pick<HolderInfo, 'workflowId'>, guarantee: RunGuarantee): boolean {
  return guarantee.workflowId === info.workflowId;
}

/** A child run on another account has nothing to draw on. */
export function handOn(
  header: RunHeader,
  guarantee: RunGuarantee | undefined,
  account: string | undefined,
): RunHeader {
  return guarantee && header.account === account ? { ...header, guaranteedBy: guarantee } : header;
}

/** Runs a run that may hold one, and returns it at the end. */
export async function returnAtEnd<Result>(
  held: RunGuarantee | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  if (!held) return run();
  let result: Result;
  try {
    result = await run();
  } catch (error) {
    // Only these end a run: any other error fails a workflow task, or continues the run as new.
    if (error instanceof TemporalFailure) await returnGuarantee(held);
    throw error;
  }
  await returnGuarantee(held);
  return result;
}

/** Where this fails, the sweep of the workers returns it later. */
async function returnGuarantee({ scope, startedAt }: RunGuarantee): Promise<void> {
  const activities = proxyLocalActivities<{
    [RETURN_GUARANTEE](holder: GuaranteeHolder): Promise<void>;
  }>({
    startToCloseTimeout: '5s',
    scheduleToCloseTimeout: '15s',
    // A worker without a ledger has no such activity.
    retry: { maximumAttempts: 3, nonRetryableErrorTypes: ['NotFoundError'] },
  });
  try {
    await CancellationScope.nonCancellable(() =>
      activities[RETURN_GUARANTEE]({ scope, startedAt }),
    );
  } catch {
    // The run has ended as it has; that the rest returns a little later is no failure of it.
  }
}

function hold(
  info: HolderInfo,
  credits: RunGuarantee['credits'],
  { scope, startedAt, parent, agent = info.workflowType, member, schedule, caps }: GateHeader,
): RunGuarantee {
  return {
    credits,
    scope,
    startedAt,
    ...(parent === undefined ? {} : { parent }),
    agent,
    ...(member === undefined ? {} : { member }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(caps === undefined ? {} : { caps }),
    workflowId: info.workflowId,
    runId: info.originalExecutionRunId,
  };
}
