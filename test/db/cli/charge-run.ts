/** Makes runs in the books without Temporal: what the gate would have asked of the ledger. */
import { createHash, randomUUID } from 'node:crypto';
import { credits } from '../../../core/contract/credits';
import type { GuaranteeRequest, RunFacts } from '../../../core/contract/reservation';
import type { Ledger } from '../../../ledger/ledger';

export interface BlockCall {
  readonly block: string;
  readonly reserve: string;
  /** Left out: the reservation stays open. */
  readonly charge?: string;
  readonly usage?: Readonly<Record<string, number>>;
}

export function describeTestRun(workflowId: string, changes: Partial<RunFacts> = {}): RunFacts {
  const run = randomUUID();
  return {
    run,
    scope: run,
    agent: 'digest',
    workflowId,
    workflowRunId: randomUUID(),
    startedAt: new Date(),
    ...changes,
  };
}

export async function chargeRun(
  ledger: Ledger,
  account: string,
  facts: RunFacts,
  calls: readonly BlockCall[],
  guarantee?: GuaranteeRequest,
): Promise<void> {
  for (const [index, { block, reserve, charge, usage }] of calls.entries()) {
    const key = { run: facts.run, call: digestCall(block, index) };
    const reserved = await ledger.reserve({
      ...key,
      account,
      facts,
      nth: index + 1,
      amount: credits(reserve),
      claim: 1n,
      price: { block, version: 'v1', rule: { kind: 'fixed', credits: reserve } },
      deadlineMs: 86_400_000,
      ...(guarantee ? { guarantee } : {}),
    });
    if (reserved.kind !== 'reserved') throw new Error(`Not reserved: ${reserved.kind}`);
    if (charge === undefined) continue;
    await ledger.settle({
      ...key,
      account,
      amount: credits(charge),
      overrun: 'draw',
      ...(usage ? { usage } : {}),
    });
  }
}

function digestCall(block: string, index: number): bigint {
  return createHash('sha256').update(`${block}:${index}`).digest().readBigInt64BE(0);
}
