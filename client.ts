/**
 * `tollgate/client`: for programs that start runs and read what they cost. Give `new TollgatePlugin()`
 * to the Temporal client; it needs no ledger there.
 */
export { TollgatePlugin, type TollgatePluginOptions } from './plugin/tollgate-plugin';
export { readRunCredits } from './client/read-run-credits';
export {
  isInsufficientCredits,
  readInsufficientCredits,
  type CheaperOption,
  type InsufficientCredits,
  type ShortageReason,
  type WayOn,
} from './core/contract/insufficient-credits';
export type { BlockCredits, RunCredits, StartCredits } from './core/contract/run-credits';
