/** `tollgate`: the plugin, blocks and prices. For Node; workflow code imports `tollgate/workflow`. */
export { TollgatePlugin, type TollgatePluginOptions } from './plugin/tollgate-plugin';
export {
  defineBlock,
  type BlockContext,
  type BlockDefinition,
  type InputSchema,
} from './plugin/define-block';
export { currentMeter } from './plugin/meter';
export {
  blockTicket,
  completeBlock,
  failBlock,
  type BlockTicket,
  type Completers,
} from './plugin/complete-block';
export type { ReaperOptions } from './plugin/reaper';
export {
  startTollgate,
  systemWorkflowsPath,
  type RunningTollgate,
  type StartTollgateOptions,
} from './worker/start-tollgate';
export { byOption, byOptions, fixed, free, metered } from './core/pricing/prices';
export { parsePriceBook, validatePriceBook } from './core/pricing/price-book';
export { expectCost, type ExpectedCost } from './core/pricing/expected-cost';
export {
  missingFor,
  quotePlan,
  type PlanLine,
  type PlannedCall,
  type PlanQuote,
  type PlanSum,
} from './core/pricing/quote-plan';
export { nameChoice } from './core/pricing/resolve-price';
export {
  forecast,
  type CostedTick,
  type Forecast,
  type ForecastStep,
  type Shortage,
} from './core/pricing/forecast';
export { quoteCall, type Quote, type QuoteLine } from './core/pricing/quote';
export type { CostRange, PastCosts } from './core/contract/cost-range';
export type { AnyBlock, Block, Blocks, BlocksOf, Meter, OnFailure } from './core/contract/block';
export { credits, formatCredits, type Credits, type CreditsText } from './core/contract/credits';
export {
  errors,
  isTollgateError,
  TollgateError,
  type ErrorCode,
  type ErrorDetails,
} from './core/contract/errors';
export type { NoticeKind } from './core/contract/notice-kinds';
export { parseNotice, type Notice } from './core/contract/notice.schema';
export type { ErrorKind } from './core/contract/error-row';
export type { Drip, Supply, SupplyGrant, Tick } from './core/contract/supply';
export type { PriceBook, PriceRule } from './core/contract/price';
export type { Receipt, Receipted } from './core/contract/receipt';
export type { Overrun, PinnedPrice } from './core/contract/reservation';
