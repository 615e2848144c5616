/**
 * What a worker would ask of the ledger: runs of several blocks, each reserved at one amount and
 * settled at another. Keys have the shape of real ones: a run's start time in the first bytes.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Credits } from '../../core/contract/credits';
import type {
  PinnedPrice,
  ReserveRequest,
  RunFacts,
  SettleRequest,
} from '../../core/contract/reservation';

/** A run row is written once for so many blocks. */
export const BLOCKS_PER_RUN = 10;
/** The agent whose runs these are. */
export const BENCH_AGENT = 'bench';
const RESERVED = 1_000_000n;
/** Charged is between half of what was reserved and nearly all of it. */
const LEAST_CHARGED = 500_000n;
const CHARGED_STEPS = 50;
const CHARGED_STEP = 9_999n;
const DEADLINE_MS = 600_000;

const PRICE: PinnedPrice = {
  block: 'ai_text_generator',
  version: '2026-01-01',
  rule: { kind: 'fixed', credits: '1' },
};

const CALLS = Array.from({ length: BLOCKS_PER_RUN }, (_, index) =>
  createHash('sha256')
    .update(`${PRICE.block}:${index + 1}`)
    .digest()
    .readBigInt64BE(),
);

export interface BlockCall {
  readonly reserve: ReserveRequest;
  readonly settle: SettleRequest;
}

/**
 * The block calls of one caller, one after the other; the account is chosen anew for each run. With a
 * cap, every run has a budget of its own.
 */
export function createCalls(chooseAccount: () => string, cap?: Credits): () => BlockCall {
  let nth = BLOCKS_PER_RUN;
  let account = '';
  let facts = startRun(cap);
  let claim = 0n;
  return () => {
    if (nth === BLOCKS_PER_RUN) {
      nth = 0;
      account = chooseAccount();
      facts = startRun(cap);
    }
    const call = CALLS[nth] ?? 0n;
    nth += 1;
    claim += 1n;
    const { run } = facts;
    const reserve = {
      run,
      call,
      account,
      nth,
      amount: RESERVED,
      claim,
      price: PRICE,
      deadlineMs: DEADLINE_MS,
      facts,
    };
    const amount = LEAST_CHARGED + BigInt(Number(claim) % CHARGED_STEPS) * CHARGED_STEP;
    return { reserve, settle: { run, call, account, amount, overrun: 'draw' } };
  };
}

function startRun(cap: Credits | undefined): RunFacts {
  const bytes = randomBytes(16);
  const startedAt = new Date();
  bytes.writeUIntBE(startedAt.getTime(), 0, 6);
  const hex = bytes.toString('hex');
  const run = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
  return {
    run,
    scope: run,
    agent: BENCH_AGENT,
    workflowId: `bench-${hex}`,
    workflowRunId: run,
    startedAt,
    ...(cap === undefined ? {} : { caps: [{ run, cap }] }),
  };
}
