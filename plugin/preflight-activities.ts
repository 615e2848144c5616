/**
 * Runs in workers: the two local activities behind the preflight of a scheduled run. They answer from the
 * ledger; while it is away Temporal tries them again.
 */
import { formatCredits } from '../core/contract/credits';
import {
  PREFLIGHT_ACTIVITY,
  SKIP_ACTIVITY,
  type EarlyRefusal,
  type PreflightRequest,
  type SkippedRun,
} from '../core/contract/preflight';
import type { Ledger } from '../ledger/ledger';

const NAMES: readonly string[] = [PREFLIGHT_ACTIVITY, SKIP_ACTIVITY];

/** Activities of Tollgate's own, which are no blocks and have no price. */
export function isPreflight(activityType: string): boolean {
  return NAMES.includes(activityType);
}

export function preflightActivities(
  ledger: Pick<Ledger, 'preflight' | 'skipRun'>,
): Readonly<Record<string, unknown>> {
  return {
    /** Null: go on. @throws ACCOUNT_UNKNOWN, LEDGER_UNAVAILABLE */
    async [PREFLIGHT_ACTIVITY](request: PreflightRequest): Promise<SkippedRun | null> {
      const hindrance = await ledger.preflight(request);
      if (!hindrance) return null;
      const { reason, needed, available } = hindrance;
      return describeSkip(request, {
        reason,
        needed: formatCredits(needed),
        available: formatCredits(available),
      });
    },

    async [SKIP_ACTIVITY](request: PreflightRequest, refusal: EarlyRefusal): Promise<SkippedRun> {
      await ledger.skipRun(request, refusal);
      return describeSkip(request, refusal);
    },
  };
}

function describeSkip(
  { account, schedule }: PreflightRequest,
  why: Pick<SkippedRun, 'reason' | 'needed' | 'available'>,
): SkippedRun {
  return { tollgate: 'skipped', account, schedule, ...why };
}
