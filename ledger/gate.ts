/**
 * Reserve, settle and release: names become numbers, a call becomes an item on its account's lane, and
 * the answer's numbers become one of the answers of core/contract/reservation.ts.
 */
import { TollgateError } from '../core/contract/errors';
import type { Charge, ChargeKey, ReserveRequest, RunFacts } from '../core/contract/reservation';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import { Code, Operation, type GateAnswer, type GateItem } from './gate-statements';
import { describeRefusal } from './describe-refusal';
import { GUARANTEE_PRICE, guaranteeRow } from './guarantees';
import type { Lane } from './lane';
import type { Gate } from './ledger';
import type { PinnedPrices } from './pinned-prices';

/** Runs whose row this process has written; forgotten ones are merely written again. */
const MAX_KNOWN_RUNS = 50_000;
const TAKEN_OVER = 1;
const LATE = 2;

export interface GateParts {
  readonly lanes: readonly [Lane, ...Lane[]];
  readonly accountIds: AccountIds;
  readonly prices: PinnedPrices;
  /** For what is asked only when a call is refused. */
  readonly database: Database;
}

/** What the four operations share. */
interface Carrier extends Omit<GateParts, 'lanes'> {
  submit(item: GateItem): Promise<GateAnswer>;
}

export function openGate({ lanes, ...rest }: GateParts): Gate {
  const carrier: Carrier = {
    ...rest,
    /** An account always takes the same lane, so its calls meet in one batch. */
    submit(item) {
      const lane =
        lanes.length === 1 ? lanes[0] : lanes[Number(BigInt(item.account) % BigInt(lanes.length))];
      return (lane ?? lanes[0]).submit(item);
    },
  };
  return {
    reserve: reserveThrough(carrier),
    grow: growThrough(carrier),
    settle: settleThrough(carrier),
    release: releaseThrough(carrier),
  };
}

/**
 * Finds the account's number and goes on. A remembered one is used without waiting, so that calls reach
 * the lane in the order in which they were made.
 */
function onAccount<Answer>(
  accountIds: AccountIds,
  account: string,
  work: (id: string) => Promise<Answer>,
): Promise<Answer | AccountUnknown> {
  const goOn = (id: string | undefined): Promise<Answer | AccountUnknown> =>
    id === undefined ? Promise.resolve({ kind: 'account-unknown' }) : work(id);
  const found = accountIds.find(account);
  return found instanceof Promise ? found.then(goOn) : goOn(found);
}

interface AccountUnknown {
  readonly kind: 'account-unknown';
}

function reserveThrough({ accountIds, prices, database, submit }: Carrier): Gate['reserve'] {
  const knownRuns = new Set<string>();
  return async (request) => {
    refuseBadAmount(request.amount);
    if (request.guarantee) refuseBadAmount(request.guarantee.amount - 1n);
    return onAccount(accountIds, request.account, async (account) => {
      const pinned = prices.pin(request.price, request.choice);
      const price = typeof pinned === 'number' ? pinned : await pinned;
      const written = knownRuns.has(request.run);
      const { guarantee = null } = request;
      const answer = await submit({
        ...keyOf(request, account),
        op: Operation.reserve,
        amount: String(request.amount),
        claim: String(request.claim),
        price,
        nth: request.nth,
        limitMs: request.deadlineMs,
        facts: written ? null : factsRows(request, account),
        guarantee: guarantee && guaranteeRow(guarantee, await prices.pin(GUARANTEE_PRICE)),
      });
      if (!written) {
        if (knownRuns.size >= MAX_KNOWN_RUNS) knownRuns.clear();
        knownRuns.add(request.run);
      }
      if (answer.code === Code.settledBefore)
        return { kind: 'settled', charge: await chargeOf(answer, prices) };
      if (answer.code !== Code.done) return describeRefusal(database, answer, request.amount);
      return {
        kind: 'reserved',
        reserved: answer.reserved,
        available: answer.available,
        price: answer.price === price ? request.price : await prices.read(answer.price),
        takenOver: (answer.flags & TAKEN_OVER) !== 0,
      };
    });
  };
}

function growThrough({ accountIds, database, submit }: Carrier): Gate['grow'] {
  return async (request) => {
    refuseBadAmount(request.amount);
    return onAccount(accountIds, request.account, async (account) => {
      const answer = await submit({
        ...keyOf(request, account),
        op: Operation.grow,
        amount: String(request.amount),
        claim: String(request.claim),
      });
      switch (answer.code) {
        case Code.done:
          return { kind: 'grown', reserved: answer.reserved, available: answer.available };
        case Code.nothingToDo:
        case Code.neverReserved:
          return { kind: 'lost' };
        default:
          return describeRefusal(database, answer, request.amount);
      }
    });
  };
}

function settleThrough({ accountIds, prices, database, submit }: Carrier): Gate['settle'] {
  return async (request) => {
    refuseBadAmount(request.amount);
    return onAccount(accountIds, request.account, async (account) => {
      const answer = await submit({
        ...keyOf(request, account),
        op: request.overrun === 'draw' ? Operation.settleDrawing : Operation.settleCapped,
        amount: String(request.amount),
        usage: request.usage ? JSON.stringify(request.usage) : null,
      });
      if (answer.code === Code.neverReserved) return { kind: 'unknown' };
      const replayed = answer.code === Code.settledBefore;
      if (answer.code !== Code.done && !replayed)
        return describeRefusal(database, answer, request.amount);
      return { kind: 'settled', charge: await chargeOf(answer, prices), replayed };
    });
  };
}

function releaseThrough({ accountIds, database, submit }: Carrier): Gate['release'] {
  return async (request) => {
    return onAccount(accountIds, request.account, async (account) => {
      const answer = await submit({
        ...keyOf(request, account),
        op: Operation.release,
        claim: String(request.claim),
      });
      if (answer.code === Code.done) return { kind: 'released', returned: answer.returned };
      if (answer.code === Code.nothingToDo) return { kind: 'kept' };
      return describeRefusal(database, answer, 0n);
    });
  };
}

async function chargeOf(answer: GateAnswer, prices: PinnedPrices): Promise<Charge> {
  const { reserved, charged, returned, absorbed, available } = answer;
  const price = await prices.read(answer.price);
  const late = (answer.flags & LATE) !== 0;
  return { reserved, charged, returned, absorbed, available, price, late };
}

function keyOf(request: ChargeKey, account: string): Omit<GateItem, 'op'> {
  return {
    run: request.run,
    call: String(request.call),
    account,
    amount: '0',
    claim: '0',
    price: 0,
    nth: 0,
    limitMs: 0,
    usage: null,
    facts: null,
    guarantee: null,
  };
}

function refuseBadAmount(amount: bigint): void {
  if (amount < 0n) throw new TollgateError('AMOUNT_INVALID', { amount: String(amount) });
}

/** The run that holds the guarantee first: its budgets are to be known when the guarantee is made. */
function factsRows({ facts, guarantee }: ReserveRequest, account: string): string {
  const own = factsRow(facts, account);
  return guarantee && guarantee.facts.run !== facts.run
    ? `${factsRow(guarantee.facts, account)},${own}`
    : own;
}

function factsRow(facts: RunFacts, account: string): string {
  return JSON.stringify({
    id: facts.run,
    account,
    started_at: facts.startedAt.toISOString(),
    agent: facts.agent,
    workflow_id: facts.workflowId,
    workflow_run_id: facts.workflowRunId,
    scope: facts.scope,
    parent: facts.parent ?? null,
    schedule: facts.schedule ?? null,
    member: facts.member ?? null,
    ...(facts.caps ? { caps: facts.caps.map(({ run, cap }) => ({ run, cap: String(cap) })) } : {}),
  });
}
