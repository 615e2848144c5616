/** One run of an example agent, from its start to what each of its blocks reserved and cost. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { readInsufficientCredits, type InsufficientCredits } from '../client';
import { formatCredits, isTollgateError, type CreditsText } from '../index';
import type { EntryView, Ledger, RunReceipt } from '../ledger';

const RUN_TIMEOUT = '10 minutes';
/** Blocks that were running when their run was halted still finish, and are paid for. */
const SETTLE_DEADLINE_MS = 30_000;
const POLL_MS = 100;

export interface DemoPlace {
  /** With the TollgatePlugin. */
  readonly client: Client;
  readonly ledger: Ledger;
  /** Where a worker runs the example agents. */
  readonly taskQueue: string;
}

export interface BlockLine {
  readonly block: string;
  readonly nth: number;
  readonly outcome: EntryView['kind'];
  readonly reserved: CreditsText;
  readonly charged: CreditsText;
  readonly returned: CreditsText;
  readonly usage?: Readonly<Record<string, number>>;
}

export interface RunSummary {
  readonly agent: string;
  readonly workflowId: string;
  readonly account: string;
  /** `halted`: a block was refused for want of credits. */
  readonly status: 'completed' | 'halted';
  readonly charged: CreditsText;
  readonly blocks: readonly BlockLine[];
  readonly refusal?: InsufficientCredits;
}

/**
 * Runs an agent to its end and reads what it cost from the ledger. A refusal for want of credits is an
 * answer; any other failure is thrown.
 */
export async function runAgent<Input, Result>(
  place: DemoPlace,
  agent: string,
  account: string,
  input: Input,
): Promise<{ readonly run: RunSummary; readonly result?: Result }> {
  const { client, ledger, taskQueue } = place;
  const workflowId = `demo-${agent}-${randomUUID()}`;
  const handle = await client.workflow.start(agent, {
    taskQueue,
    workflowId,
    args: [input],
    tollgate: { account },
    workflowExecutionTimeout: RUN_TIMEOUT,
  });
  const ended = await handle.result().then(
    (result: Result) => ({ result, refusal: undefined }),
    (error: unknown) => {
      const refusal = readInsufficientCredits(error);
      if (!refusal) throw error;
      return { result: undefined, refusal };
    },
  );
  const receipt = await readSettledRun(ledger, workflowId);
  const run = summarizeRun({ agent, workflowId, account }, receipt, ended.refusal);
  return ended.result === undefined ? { run } : { run, result: ended.result };
}

export function summarizeRun(
  place: Pick<RunSummary, 'agent' | 'workflowId' | 'account'>,
  receipt: RunReceipt | undefined,
  refusal?: InsufficientCredits,
): RunSummary {
  return {
    ...place,
    status: refusal ? 'halted' : 'completed',
    charged: formatCredits(receipt?.total ?? 0n),
    blocks: receipt ? receipt.entries.map(describeBlock) : [],
    ...(refusal ? { refusal } : {}),
  };
}

/** A run that was refused at its first block has reserved nothing, so the ledger does not know it. */
export async function readSettledRun(
  ledger: Ledger,
  workflowId: string,
): Promise<RunReceipt | undefined> {
  const deadline = Date.now() + SETTLE_DEADLINE_MS;
  for (;;) {
    try {
      const receipt = await ledger.readRun(workflowId);
      if (receipt.open.length === 0 || Date.now() > deadline) return receipt;
    } catch (error) {
      if (isTollgateError(error, 'RUN_UNKNOWN')) return undefined;
      throw error;
    }
    await delay(POLL_MS);
  }
}

function describeBlock(entry: EntryView): BlockLine {
  return {
    block: entry.block ?? '',
    nth: entry.nth ?? 0,
    outcome: entry.kind,
    reserved: formatCredits(entry.reserved ?? 0n),
    charged: formatCredits(entry.charged ?? 0n),
    returned: formatCredits(entry.returned ?? 0n),
    ...(entry.usage ? { usage: entry.usage } : {}),
  };
}
