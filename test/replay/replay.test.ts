/**
 * The promise: a run that was started under an earlier version of the plugin goes on under this one, and so
 * does a workflow of Tollgate's own. Every recorded history replays without a difference; nothing here needs
 * a server or a ledger.
 */
import { readdirSync } from 'node:fs';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { TollgatePlugin } from '../../index';
import { loadSystemBundle, loadWorkflowBundle } from '../temporal/support/workflow-bundle';
import { HISTORIES, parseHistory, readHistoryText } from './history-file';

const OWN = /^[\d.]+-system-/;
const all = readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));
const recordings = all.filter((name) => !OWN.test(name));
const own = all.filter((name) => OWN.test(name));

let workflowBundle: WorkflowBundleOption;
let systemBundle: WorkflowBundleOption;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  workflowBundle = await loadWorkflowBundle();
  systemBundle = await loadSystemBundle();
});

it('there are recordings', () => {
  expect(recordings.length).toBeGreaterThanOrEqual(7);
  expect(own.length).toBeGreaterThanOrEqual(3);
});

it.each(own)('%s replays', async (name) => {
  const history = parseHistory(readHistoryText(name));
  await Worker.runReplayHistory({ workflowBundle: systemBundle }, history);
});

it.each(recordings)('%s replays', async (name) => {
  const plugins = [new TollgatePlugin()];
  await Worker.runReplayHistory({ workflowBundle, plugins }, parseHistory(readHistoryText(name)));
});

it('a difference would be noticed', async () => {
  const recording = readHistoryText('0.1.0-calls.json');
  const changed = parseHistory(recording.replaceAll('"work"', '"other_work"'));
  const replay = Worker.runReplayHistory({ workflowBundle, plugins: [] }, changed);
  await expect(replay).rejects.toThrow(/[Nn]ondeterminism/);
});
