/** `tollgate/workflow`: what agents use. Safe in the workflow sandbox; import nothing else there. */
export {
  proxyBlocks,
  proxyLocalBlocks,
  type KeyedCall,
  type LocalBlocks,
} from './workflows/proxy-blocks';
export {
  isInsufficientCredits,
  readInsufficientCredits,
  type CheaperOption,
  type InsufficientCredits,
  type ShortageReason,
  type WayOn,
} from './core/contract/insufficient-credits';
export type { BlockCredits, RunCredits } from './core/contract/run-credits';
