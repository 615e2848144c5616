/**
 * A run that runs out of credits in the middle of a parallel step, waits, is topped up and finishes. The
 * agent is the research digest as it is: its code knows nothing of waiting. Its start says that it may.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { readRunCredits, type RunCredits } from '../client';
import { credits, formatCredits } from '../index';
import { readSettledRun, summarizeRun, type RunSummary } from './demo-run';
import { renderRun } from './demo-text';
import type { DemoOptions } from './demo';
import { findProjectFolder } from './example-files';
import type { Research, ResearchInput } from './research-digest/workflow';

/** Pays for listing and reading, and for a part of the summaries. */
const TOO_FEW = credits('2.2');
const TOP_UP = credits('10');
const WAIT_DEADLINE_MS = 60_000;
const POLL_MS = 100;

/** What `tollgate demo --wait --json` prints. Amounts are decimal strings. */
export interface WaitingSummary {
  /** The run's own answer to `credits` while it waited. */
  readonly waiting: RunCredits;
  readonly run: RunSummary;
  readonly doctor: { readonly ok: boolean };
}

export async function runWaiting(options: DemoOptions): Promise<WaitingSummary> {
  const { client, ledger, taskQueue, model = 'small', print = () => undefined } = options;
  const account = `demo-wait-${randomUUID().slice(0, 8)}`;
  await ledger.openAccount(account, { drip: false });
  await ledger.grant({ account, amount: TOO_FEW, key: 'start', source: 'demo' });
  print(`granted ${formatCredits(TOO_FEW)} credits to ${account}`);

  const input: ResearchInput = { folder: resolve(options.folder ?? findProjectFolder()), model };
  const handle: WorkflowHandle = await client.workflow.start('researchDigest', {
    taskQueue,
    workflowId: `demo-wait-${randomUUID()}`,
    args: [input],
    tollgate: { account, outOfCredits: { policy: 'wait', deadline: '1 day' } },
  });
  const waiting = await whenWaiting(handle);
  print(`researchDigest waits, having spent ${waiting.spent} credits on ${waiting.blocks} blocks:`);
  for (const { block, needed, available } of waiting.waiting ?? [])
    print(`  ${block} needs ${needed}, the account had ${available}`);

  await ledger.grant({ account, amount: TOP_UP, key: 'top-up', source: 'top-up' });
  print(`topped up by ${formatCredits(TOP_UP)} credits`);
  const { documents } = (await handle.result()) as Research; // What this agent returns.
  const receipt = await readSettledRun(ledger, handle.workflowId);
  const place = { agent: 'researchDigest', workflowId: handle.workflowId, account };
  const run = summarizeRun(place, receipt);
  for (const line of ['', ...renderRun(run), '']) print(line);
  const { available } = await ledger.readAccount(account);
  print(`${documents.length} documents in the digest; left: ${formatCredits(available)} credits`);
  const { ok } = await ledger.doctor();
  return { waiting, run, doctor: { ok } };
}

/** When nothing of the run is going on any more but waiting. */
async function whenWaiting(handle: WorkflowHandle): Promise<RunCredits> {
  const deadline = Date.now() + WAIT_DEADLINE_MS;
  for (let before = ''; ; await delay(POLL_MS)) {
    const now = await readRunCredits(handle);
    const seen = JSON.stringify(now);
    // Twice the same: the blocks that were paid for have finished.
    if (now.waiting && seen === before) return now;
    if (Date.now() > deadline) throw new Error('The run does not wait for credits.');
    before = seen;
  }
}
