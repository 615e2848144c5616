import { TollgateError } from '../core/contract/errors';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;

export interface Page {
  /** At most so many rows (default 50, at most 1,000). */
  readonly limit?: number;
  /** Continue after the last row of the page before. */
  readonly after?: string;
}

/** @throws INPUT_INVALID for a limit outside 1 to 1,000. */
export function pageLimit({ limit = DEFAULT_LIMIT }: Page): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new TollgateError('INPUT_INVALID', {
      limit,
      rule: `a whole number from 1 to ${MAX_LIMIT}`,
    });
  }
  return limit;
}
