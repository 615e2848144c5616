/**
 * Runs in workers: the two local activities behind the preflight of a scheduled run. They answer from the
 * ledger; while it is away Temporal tries them again.
 */
import { Context } from '@temporalio/activity';
import { formatCredits } from '../core/contract/credits';
import {
  PREFLIGHT_ACTIVITY,
  SKIP_ACTIVITY,
  type EarlyRefusal,
  type PreflightRequest,
  type SkippedRun,
} from '../core/contract/preflight';
import type { Ledger } from '../ledger/ledger';
import { announceHalts } from './announce-shortage';

const NAMES: readonly string[] = [PREFLIGHT_ACTIVITY, SKIP_ACTIVITY];

type Why = Pick<SkippedRun, 'reason' | 'needed' | 'available'>;

/** Activities of Tollgate's own, which are no blocks and have no price. */
export function isPreflight(activityType: string): boolean {
  return NAMES.includes(activityType);
}

export function preflightActivities(
  ledger: Pick<Ledger, 'preflight' | 'skipRun'>,
  systemTaskQueue: string,
): Readonly<Record<string, unknown>> {
  const announceHalt = announceHalts(systemTaskQueue);

  /** The schedule will be held from now on, so that it does not go on starting runs in vain. */
  async function skip(request: PreflightRequest, why: Why): Promise<SkippedRun> {
    const { account, schedule, agent, workflowId } = request;
    if (why.reason === 'credits') {
      const context = Context.current();
      const runId = context.info.workflowExecution?.runId ?? '';
      const { needed, available } = why;
      const refused = { workflowId, runId, agent, schedule, needed, available };
      await announceHalt(context, account, { policy: 'halt', ...refused });
    }
    return { tollgate: 'skipped', account, schedule, ...why };
  }

  return {
    /** Null: go on. @throws ACCOUNT_UNKNOWN, LEDGER_UNAVAILABLE */
    async [PREFLIGHT_ACTIVITY](request: PreflightRequest): Promise<SkippedRun | null> {
      const hindrance = await ledger.preflight(request);
      if (!hindrance) return null;
      const { reason, needed, available } = hindrance;
      return skip(request, {
        reason,
        needed: formatCredits(needed),
        available: formatCredits(available),
      });
    },

    async [SKIP_ACTIVITY](request: PreflightRequest, refusal: EarlyRefusal): Promise<SkippedRun> {
      await ledger.skipRun(request, refusal);
      return skip(request, refusal);
    },
  };
}
