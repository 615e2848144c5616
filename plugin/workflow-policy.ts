/**
 * Reads what an author has asked for at zero credits. It runs in the workflow sandbox, which finds it in
 * a run's memo, and in clients and workers, which find it in options.
 */
import { msToNumber } from '@temporalio/common/lib/time';
import type { OutOfCreditsRule } from '../core/contract/out-of-credits';

/** Undefined for anything that is no policy, or has no deadline that lies ahead. */
export function parseOutOfCredits(given: unknown): OutOfCreditsRule | undefined {
  const { policy, deadline } = (
    typeof given === 'object' && given !== null ? given : { policy: given }
  ) as { readonly policy?: unknown; readonly deadline?: unknown };
  if (policy !== 'halt' && policy !== 'wait') return undefined;
  if (deadline === undefined) return { policy };
  const deadlineMs = parseDuration(deadline);
  return deadlineMs === undefined ? undefined : { policy, deadlineMs };
}

function parseDuration(given: unknown): number | undefined {
  if (typeof given !== 'string' && typeof given !== 'number') return undefined;
  try {
    const ms = msToNumber(given as Parameters<typeof msToNumber>[0]);
    return ms >= 1 && Number.isSafeInteger(ms) ? ms : undefined;
  } catch {
    return undefined;
  }
}
