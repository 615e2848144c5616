/**
 * What Tollgate's own workflows call: one function for each group of activities, put together here. Every
 * activity may be tried again at any moment with the same arguments.
 */
import type { Client } from '@temporalio/client';
import type { Ledger } from '../ledger/ledger';
import {
  createNoticeActivities,
  type DeliveryOptions,
  type NoticeActivities,
} from './notice-activities';

export interface ActivityDeps {
  readonly ledger: Ledger;
  /** On the namespace that the workflows run in. */
  readonly client: Client;
  readonly notices?: DeliveryOptions;
}

export type Activities = ReturnType<typeof createActivities>;

export function createActivities(deps: ActivityDeps): NoticeActivities {
  return { ...createNoticeActivities(deps.ledger, deps.notices) };
}
