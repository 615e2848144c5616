/** All blocks of the example agents, for a worker that runs them and for whoever wants their prices. */
import { createAnalystBlocks } from './analyst-chat/blocks';
import type { Models } from './models/text-model';
import { createResearchBlocks } from './research-digest/blocks';

// The types of the blocks are what the workflows use; written out, they would repeat the definitions.
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types
export function createExampleBlocks(deps: { readonly models: Models }) {
  return [...createResearchBlocks(deps), ...createAnalystBlocks(deps)];
}
