/**
 * The promise: nothing of a run lives in a worker's memory alone. The plugin's workflow tests once
 * more, with workers that keep no run in their cache and replay it from its history at every task.
 */
import { cacheNoWorkflows } from './support/gated-house';

cacheNoWorkflows();

describe.each([
  'gated-block',
  'charge-keys',
  'reservation-ends',
  'cancellation',
  'operator-actions',
  'async-completion',
  'local-activities',
  'accounts',
  'existing-activities',
  'foreign-caller',
  'history',
  'wiring',
])('without a cache: %s', (file) => {
  jest.requireActual(`./${file}.test`);
});
