/**
 * The example agents as a worker loads them: their blocks, and where their workflows are. This is
 * where the examples read the environment, for the keys of the model providers.
 */
import { createExampleBlocks } from './blocks';
import { chooseModels } from './models/choose-models';

export const blocks = createExampleBlocks({ models: chooseModels(process.env) });

export const workflowsPath = require.resolve('./workflows');
