import type { ScheduleName } from '../core/contract/schedule';

/** Temporal drops an update of a schedule that somebody else has changed; the next attempt looks anew. */
export function changedMeanwhile({ account, id }: ScheduleName): Error {
  return new Error(`Schedule ${id} of ${account} was changed meanwhile`);
}
