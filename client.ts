/**
 * `tollgate/client`: for programs that start runs and read what they cost. Give `new TollgatePlugin()`
 * to the Temporal client; it needs no ledger there.
 */
export { TollgatePlugin, type TollgatePluginOptions } from './plugin/tollgate-plugin';
export { readTicks, type ScheduledAgent, type ScheduledAgents } from './client/read-ticks';
export { readRunCredits } from './client/read-run-credits';
export { openClient, type TollgateClient, type TollgateClientOptions } from './client/open-client';
export type { GatedSchedule, ScheduleChanges, Schedules } from './client/schedules';
export type { ScheduleSettings } from './client/schedule-recipe';
export type { ScheduleState, ScheduleView } from './client/schedule-view';
export {
  subscriptionOf,
  type Subscription,
  type SubscriptionPlace,
  type UpdateOptions,
} from './client/subscription';
export type { AutoTopUpRequest } from './core/contract/auto-top-up';
export type {
  Agreed,
  CancelAgentLineRequest,
  ChangePackRequest,
  PageAnswer,
  PreviewRequest,
  Returning,
  SubscribeAnswer,
  SubscribeRequest,
  TopUpRequest,
} from './core/contract/subscription';
export type {
  AutoTopUpState,
  Banner,
  BillingAction,
  BillingState,
  BillingView,
  CreditsCard,
  SubscriptionCard,
} from './core/contract/billing-view';
export type { PackPreview, PreviewLine } from './core/contract/pack-preview';
export { isSkippedRun, type SkippedRun, type SkipReason } from './core/contract/preflight';
export type { OnReplenish, ScheduleBudgets, ScheduleName } from './core/contract/schedule';
export {
  isInsufficientCredits,
  readInsufficientCredits,
  type CheaperOption,
  type InsufficientCredits,
  type ShortageReason,
  type WayOn,
} from './core/contract/insufficient-credits';
export type { BlockCredits, RunCredits, StartCredits } from './core/contract/run-credits';
