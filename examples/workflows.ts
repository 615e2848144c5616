/** The example agents, for a worker's `workflowsPath`. This file runs in the workflow sandbox. */
import { analystChat } from './analyst-chat/workflow';
import { researchDigest } from './research-digest/workflow';

export { analystChat, researchDigest };
