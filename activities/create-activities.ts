/**
 * What Tollgate's own workflows call: one function for each group of activities, put together here. Every
 * activity may be tried again at any moment with the same arguments.
 */
import type { ActivityDeps } from './deps';
import { createLineActivities, type LineActivities } from './line-activities';
import { createScheduleActivities, type ScheduleActivities } from './schedule-activities';
import { createNoticeActivities, type NoticeActivities } from './notice-activities';
import { createOwnerActivities, type OwnerActivities } from './owner-activities';

export type Activities = LineActivities & NoticeActivities & OwnerActivities & ScheduleActivities;

export function createActivities(deps: ActivityDeps): Activities {
  return {
    ...createLineActivities(deps),
    ...createNoticeActivities(deps.ledger, deps.notices),
    ...createOwnerActivities(deps.ledger),
    ...createScheduleActivities(deps),
  };
}
