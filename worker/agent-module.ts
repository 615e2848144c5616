/**
 * What a worker runs: a module of the author's that names its blocks and where its workflows are. It is
 * loaded by path, so that the worker program serves any agents.
 */
import { resolve } from 'node:path';
import type { Blocks } from '../core/contract/block';
import { TollgateError } from '../core/contract/errors';
import type { PriceBook } from '../core/contract/price';

export interface AgentModule {
  readonly blocks: Blocks;
  /** Path of the workflows' module: `require.resolve('./workflows')`. */
  readonly workflowsPath: string;
  /** Activities that are no blocks. */
  readonly activities?: object;
  readonly priceBooks?: readonly PriceBook[];
}

/** @throws CONFIG_INVALID when the module cannot be loaded or lacks something. */
export async function loadAgentModule(path: string): Promise<AgentModule> {
  const file = resolve(path);
  let loaded: Partial<AgentModule>;
  try {
    loaded = (await import(file)) as Partial<AgentModule>; // Checked below.
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(file, `The module of the agents cannot be loaded: ${reason}`, cause);
  }
  const { blocks, workflowsPath, activities, priceBooks } = loaded;
  if (typeof blocks !== 'object' || blocks === null) {
    throw invalid(
      file,
      'The module of the agents must export `blocks`: a list, or an object of them',
    );
  }
  if (typeof workflowsPath !== 'string') {
    throw invalid(file, 'The module of the agents must export `workflowsPath`: a path');
  }
  return {
    blocks,
    workflowsPath,
    ...(activities ? { activities } : {}),
    ...(priceBooks ? { priceBooks } : {}),
  };
}

function invalid(module: string, message: string, cause?: unknown): TollgateError {
  return new TollgateError('CONFIG_INVALID', { module }, { message, cause });
}
