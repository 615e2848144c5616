/** What the activities on schedules share. */
import type { Client } from '@temporalio/client';
import type { ScheduleName } from '../core/contract/schedule';
import type { Ledger } from '../ledger/ledger';

export interface ScheduleDeps {
  readonly ledger: Ledger;
  readonly client: Client;
}

/** Temporal drops an update of a schedule that somebody else has changed; the next attempt looks anew. */
export function changedMeanwhile({ account, id }: ScheduleName): Error {
  return new Error(`Schedule ${id} of ${account} was changed meanwhile`);
}
