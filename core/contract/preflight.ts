/**
 * The preflight of a scheduled run: before its first line it asks whether its account has anything to run
 * on, and ends as skipped where it has not. Plain JSON between the workflow and its local activities.
 */
import type { CreditsText } from './credits';

/** Local activities that the plugin adds to a worker. */
export const PREFLIGHT_ACTIVITY = 'tollgate.preflight';
export const SKIP_ACTIVITY = 'tollgate.skip';

/**
 * `credits`: the account has less than the run needs. `budget`: a budget of the account, the agent, the
 * schedule or the member has no room for it. `frozen`: an operator has frozen the account.
 */
export type SkipReason = 'credits' | 'budget' | 'frozen';

/** The result of a scheduled run that ended uncharged, in place of what the agent returns. */
export interface SkippedRun {
  readonly tollgate: 'skipped';
  readonly reason: SkipReason;
  readonly account: string;
  readonly schedule: string;
  /** What had to be available, and what was. */
  readonly needed: CreditsText;
  readonly available: CreditsText;
}

export function isSkippedRun(result: unknown): result is SkippedRun {
  return (
    typeof result === 'object' &&
    result !== null &&
    'tollgate' in result &&
    result.tollgate === 'skipped'
  );
}

/** Put into the run header of a schedule; see {@link SkippedRun}. */
export interface PreflightRule {
  /** What must be available for a run to start. Default: anything, or what the last refusal asked for. */
  readonly needs?: CreditsText;
}

/** Which run asks. */
export interface PreflightRequest extends PreflightRule {
  readonly account: string;
  readonly schedule: string;
  readonly agent: string;
  readonly member?: string;
  /** Counts a skip once: equal for a run and for what a reset makes of it. */
  readonly run: string;
  readonly workflowId: string;
}

/** A refusal that met a run before it was charged anything. */
export interface EarlyRefusal {
  readonly reason: Extract<SkipReason, 'credits' | 'budget'>;
  readonly needed: CreditsText;
  readonly available: CreditsText;
}
