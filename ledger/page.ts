import { TollgateError } from '../core/contract/errors';
import type { Page } from './ledger';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;

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
