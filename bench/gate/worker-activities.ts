/** The activities of the agents that have no gate. */
import { createHash } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import { credits, type PinnedPrice } from '../../index';
import type { Ledger } from '../../ledger';
import { NO_OP_OUTPUT, PRICE_CREDITS } from './blocks';

export interface PlainActivities {
  no_op(): Promise<string>;
}

export interface NaiveActivities extends PlainActivities {
  reserve(call: NaiveCall): Promise<void>;
  settle(call: NaiveCall): Promise<void>;
}

export interface NaiveCall {
  readonly nth: number;
}

const PRICE: PinnedPrice = {
  block: 'no_op',
  version: 'bench',
  rule: { kind: 'fixed', credits: PRICE_CREDITS },
};
const AMOUNT = credits(PRICE_CREDITS);
const DEADLINE_MS = 60_000;

export function createPlainActivities(): PlainActivities {
  return { no_op: async () => NO_OP_OUTPUT };
}

/** @param commit the least that is durable */
export function createCommittingActivities(commit: () => Promise<void>): PlainActivities {
  return {
    async no_op() {
      await commit();
      const output = NO_OP_OUTPUT;
      await commit();
      return output;
    },
  };
}

/** Reserve and settle as activities of their own, on the same ledger as the gate. */
export function createNaiveActivities(ledger: Ledger, account: string): NaiveActivities {
  return {
    ...createPlainActivities(),
    async reserve({ nth }) {
      const facts = describeRun();
      const { run } = facts;
      const answer = await ledger.reserve({
        ...{ run, call: BigInt(nth), account, nth, amount: AMOUNT, claim: 1n },
        ...{ price: PRICE, deadlineMs: DEADLINE_MS, facts },
      });
      if (answer.kind !== 'reserved') throw new Error(`a reserve was answered ${answer.kind}`);
    },
    async settle({ nth }) {
      const { run } = describeRun();
      const answer = await ledger.settle({
        ...{ run, call: BigInt(nth), account, amount: AMOUNT, overrun: 'draw' },
      });
      if (answer.kind !== 'settled') throw new Error(`a settle was answered ${answer.kind}`);
    },
  };
}

function describeRun(): Parameters<Ledger['reserve']>[0]['facts'] {
  const { workflowExecution } = activityInfo();
  if (!workflowExecution) throw new Error('this activity belongs to a workflow');
  const { workflowId, runId } = workflowExecution;
  const hex = createHash('sha256').update(runId).digest('hex').slice(0, 32);
  const run = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const startedAt = new Date();
  return { run, scope: runId, agent: 'naiveAgent', workflowId, workflowRunId: runId, startedAt };
}
