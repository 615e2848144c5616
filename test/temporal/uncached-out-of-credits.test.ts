/**
 * The promise: nothing of a run that halts, waits, is skipped or holds a guarantee lives in a worker's memory
 * alone. What uncached.test.ts does for blocks, for runs at zero credits.
 */
import { cacheNoWorkflows } from './support/gated-house';

cacheNoWorkflows();

describe.each(['halting', 'waiting', 'scheduled-runs', 'guarantees'])(
  'without a cache: %s',
  (file) => {
    jest.requireActual(`./${file}.test`);
  },
);
