/**
 * A ledger on a database of its own, with a clock that the test moves, and the few things every test
 * of the books needs: calls with fresh keys, amounts in credits, and the doctor's word at the end.
 */
import { randomBytes } from 'node:crypto';
import { credits } from '../../../core/contract/credits';
import type {
  PinnedPrice,
  ReserveAnswer,
  ReserveRequest,
  SettleAnswer,
} from '../../../core/contract/reservation';
import type { Ledger } from '../../../ledger/ledger';
import { openLedger } from '../../../ledger/open-ledger';
import { createTestDatabase, type TestDatabase } from '../../support/database';

export const NOON = new Date('2026-03-10T12:00:00Z');
export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
export const PRICE: PinnedPrice = {
  block: 'summarise',
  version: '1',
  rule: { kind: 'fixed', credits: '4' },
};

export interface Books {
  readonly ledger: Ledger;
  readonly database: TestDatabase;
  /** Moves the clock to a time, or on by so many milliseconds. */
  moveTo(time: Date | number): void;
  close(): Promise<void>;
}

export async function openBooks(options: { readonly lanes?: number } = {}): Promise<Books> {
  const database = await createTestDatabase();
  let now = NOON;
  const ledger = await openLedger({
    connectionString: database.url,
    now: () => now,
    ...options,
  });
  return {
    ledger,
    database,
    moveTo(time) {
      now = typeof time === 'number' ? new Date(now.getTime() + time) : time;
    },
    async close() {
      await ledger.close();
      await database.drop();
    },
  };
}

let accounts = 0;

/** An account without drip, with one grant of so many credits (none when 0). */
export async function fundedAccount(
  { ledger }: Pick<Books, 'ledger'>,
  amount: string,
): Promise<string> {
  const account = `account-${(accounts += 1)}`;
  await ledger.openAccount(account, { drip: false });
  if (amount !== '0') {
    await ledger.grant({ account, amount: credits(amount), key: 'first', source: 'operator' });
  }
  return account;
}

/** A reserve of so many credits under a key of its own. */
export function call(
  account: string,
  amount: string,
  changes: Partial<ReserveRequest> = {},
): ReserveRequest {
  const run = changes.run ?? uuid();
  return {
    account,
    run,
    call: randomBytes(8).readBigInt64BE(),
    nth: 1,
    amount: credits(amount),
    claim: 1n,
    price: PRICE,
    deadlineMs: MINUTE_MS,
    facts: {
      run,
      scope: run,
      agent: 'test-agent',
      workflowId: `workflow-${run}`,
      workflowRunId: run,
      startedAt: NOON,
    },
    ...changes,
  };
}

/** The same reserve in a run with a budget of its own of so many credits. */
export function capped(cap: string, request: ReserveRequest): ReserveRequest {
  const caps = [{ run: request.run, cap: credits(cap) }];
  return { ...request, facts: { ...request.facts, caps } };
}

/** The same reserve under a guarantee of so many credits; held by the call's own run unless another is given. */
export function under(
  amount: string,
  request: ReserveRequest,
  holder: ReserveRequest = request,
): ReserveRequest {
  const { facts } = holder;
  const guarantee = { amount: credits(amount), facts, namespace: 'default', aliveAs: facts.run };
  return { ...request, guarantee };
}

export function settleOf(
  { account, run, call }: ReserveRequest,
  amount: string,
  overrun: 'draw' | 'cap' = 'draw',
): Parameters<Ledger['settle']>[0] {
  return { account, run, call, amount: credits(amount), overrun };
}

export function releaseOf({
  account,
  run,
  call,
  claim,
}: ReserveRequest): Parameters<Ledger['release']>[0] {
  return { account, run, call, claim };
}

/** The charge of an answer that must be a settlement. */
export function chargeOf(answer: SettleAnswer | ReserveAnswer): {
  reserved: bigint;
  charged: bigint;
  returned: bigint;
  absorbed: bigint;
  late: boolean;
} {
  if (answer.kind !== 'settled') throw new Error(`expected a settlement, got ${answer.kind}`);
  const { reserved, charged, returned, absorbed, late } = answer.charge;
  return { reserved, charged, returned, absorbed, late };
}

/** Fails with the broken invariants, if any. */
export async function expectCleanBooks({ ledger }: Pick<Books, 'ledger'>): Promise<void> {
  const { checks } = await ledger.doctor();
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
}

function uuid(): string {
  const hex = randomBytes(16).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
