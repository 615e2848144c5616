/**
 * What Tollgate's own workflows call: one function for each group of activities, put together here. Every
 * activity may be tried again at any moment with the same arguments.
 */
import { createBillingActivities, type BillingActivities } from './billing-activities';
import { createBillingPlans, type BillingPlans } from './billing-plans';
import type { ActivityDeps } from './deps';
import { createLineActivities, type LineActivities } from './line-activities';
import { createScheduleActivities, type ScheduleActivities } from './schedule-activities';
import { createNoticeActivities, type NoticeActivities } from './notice-activities';
import { createOwnerActivities, type OwnerActivities } from './owner-activities';

/** Those of billing only where the worker has Stripe: subscriptions wait for one that has it. */
export type Activities = LineActivities &
  NoticeActivities &
  OwnerActivities &
  ScheduleActivities &
  Partial<BillingActivities & BillingPlans>;

export function createActivities(deps: ActivityDeps): Activities {
  const { ledger, billing } = deps;
  return {
    ...createLineActivities(deps),
    ...createNoticeActivities(ledger, deps.notices),
    ...createOwnerActivities(ledger),
    ...createScheduleActivities(deps),
    ...(billing
      ? { ...createBillingActivities(ledger, billing), ...createBillingPlans(ledger, billing) }
      : {}),
  };
}
