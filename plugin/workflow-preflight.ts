/**
 * Runs in the workflow sandbox. A run that a schedule has started asks, before its first line, whether
 * its account has anything to run on. Where it has not, the run completes as skipped: it costs nothing,
 * and leaves no failed run behind. So does one whose first refusal comes before anything was charged to it.
 *
 * It asks only where the header of the run says so, as those of schedules have done since there is a
 * preflight; older histories replay without it.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  proxyLocalActivities,
  setCurrentDetails,
} from '@temporalio/workflow';
import {
  PREFLIGHT_ACTIVITY,
  SKIP_ACTIVITY,
  type EarlyRefusal,
  type PreflightRequest,
  type SkippedRun,
} from '../core/contract/preflight';
import { readEarlyRefusal } from './workflow-refusal';
import type { GatedRun } from './workflow-run';

/** What the plugin's worker side has under these names (preflight-activities.ts). */
interface PreflightActivities {
  [PREFLIGHT_ACTIVITY](request: PreflightRequest): Promise<SkippedRun | null>;
  [SKIP_ACTIVITY](request: PreflightRequest, refusal: EarlyRefusal): Promise<SkippedRun>;
}

const activities = proxyLocalActivities<PreflightActivities>({
  startToCloseTimeout: '10s',
  retry: {
    maximumInterval: '30s',
    // The worker has no ledger: trying again there would go on for ever, and nobody would see why.
    nonRetryableErrorTypes: ['NotFoundError'],
  },
});

/** What the run returns: its own result, or that it was skipped. */
export async function takePreflight(
  run: GatedRun,
  start: () => Promise<unknown>,
): Promise<unknown> {
  const { preflight } = run;
  if (!preflight) return start();
  const skipped = await askLedger(preflight);
  if (skipped) return showSkipped(skipped);
  try {
    return await start();
  } catch (error) {
    const refusal = run.isUntouched() ? readEarlyRefusal(error) : undefined;
    if (!refusal) throw error;
    return showSkipped(await activities[SKIP_ACTIVITY](preflight, refusal));
  }
}

/** A run that cannot even ask fails with the reason itself, such as ACCOUNT_UNKNOWN. */
async function askLedger(preflight: PreflightRequest): Promise<SkippedRun | null> {
  try {
    return await activities[PREFLIGHT_ACTIVITY](preflight);
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    throw cause instanceof ApplicationFailure ? cause : error;
  }
}

/** Says in Temporal's UI why the run did nothing. */
function showSkipped(skipped: SkippedRun): SkippedRun {
  const { account, schedule, needed, available } = skipped;
  const why = {
    credits: `the account has ${available} credits available, and the run needs ${needed === '0.000001' ? 'some' : needed}`,
    budget: `a budget has no room for the ${needed} credits that the run needs`,
    frozen: 'the account is frozen',
  }[skipped.reason];
  setCurrentDetails(
    `**Skipped**, nothing was charged: ${why}.\n\nAccount \`${account}\`, schedule \`${schedule}\`.`,
  );
  return skipped;
}
