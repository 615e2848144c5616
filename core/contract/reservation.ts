/**
 * What the gate asks of the ledger and what it answers. Amounts are micro-credits. Refusals are
 * returned, never thrown: an answer's `kind` says which it is.
 */
import type { Credits } from './credits';
import type { BudgetName } from './budget';
import type { PriceRule } from './price';

/** A price as it was when a block reserved: it stays with the reservation until it is closed. */
export interface PinnedPrice {
  readonly block: string;
  readonly version: string;
  readonly rule: PriceRule;
}

/** Identity of one block call. Equal for every attempt of it, on every worker, after a reset. */
export interface ChargeKey {
  /** 16 bytes as a uuid: the root's start time in ms (6 bytes), then a digest of the scope. */
  readonly run: string;
  /** 8 bytes as a signed 64-bit integer: a digest of the block and its n-th call (or its key). */
  readonly call: bigint;
}

/** What a run is; written once, with its first reserve. */
export interface RunFacts {
  /** Equals {@link ChargeKey.run}. */
  readonly run: string;
  readonly scope: string;
  /** The parent's {@link ChargeKey.run}. */
  readonly parent?: string;
  readonly agent: string;
  readonly workflowId: string;
  readonly workflowRunId: string;
  readonly startedAt: Date;
  readonly schedule?: string;
  readonly member?: string;
  /** Budgets that runs of this tree were started with and that cap this one: its own, and those above it. */
  readonly caps?: readonly { readonly run: string; readonly cap: Credits }[];
}

export interface ReserveRequest extends ChargeKey {
  readonly account: string;
  /** n-th call of the block in its run, for people; 0 under an explicit key. */
  readonly nth: number;
  readonly amount: Credits;
  /** Names the attempt: only the last attempt that reserved under the key may release it. */
  readonly claim: bigint;
  readonly price: PinnedPrice;
  /** The options that the call chose, such as `model=large`: by them past costs are told apart. Default: none. */
  readonly choice?: string;
  /** How long from now the reservation stands before it may expire. */
  readonly deadlineMs: number;
  readonly facts: RunFacts;
  /** What it draws on first; made with it where its run, or the one above it, has not made it yet. */
  readonly guarantee?: GuaranteeRequest;
}

/** Credits that a run sets aside for itself and the runs below it, before its first block. */
export interface GuaranteeRequest {
  /** The whole; it is made once, later amounts change nothing. */
  readonly amount: Credits;
  /** The run that holds it. */
  readonly facts: RunFacts;
  /** Where to ask whether that run lives. */
  readonly namespace: string;
  /** Its `originalExecutionRunId`, by which it is known after a reset. */
  readonly aliveAs: string;
}

export type ReserveAnswer =
  | {
      readonly kind: 'reserved';
      readonly reserved: Credits;
      readonly available: Credits;
      /** The price pinned by the first attempt; it may be older than the one asked with. */
      readonly price: PinnedPrice;
      /** An earlier attempt had reserved; this one took the reservation over. */
      readonly takenOver: boolean;
    }
  | { readonly kind: 'settled'; readonly charge: Charge }
  | Refusal;

/** More for a call that is running: `amount` is what shall be set aside in all. */
export interface GrowRequest extends ChargeKey {
  readonly account: string;
  readonly claim: bigint;
  readonly amount: Credits;
}

export type GrowAnswer =
  | { readonly kind: 'grown'; readonly reserved: Credits; readonly available: Credits }
  /** Closed, or taken over by a later attempt. */
  | { readonly kind: 'lost' }
  | Refusal;

export type Overrun = 'draw' | 'cap';

export interface SettleRequest extends ChargeKey {
  readonly account: string;
  readonly amount: Credits;
  readonly overrun: Overrun;
  readonly usage?: Readonly<Record<string, number>>;
}

export interface Charge {
  readonly reserved: Credits;
  readonly charged: Credits;
  readonly returned: Credits;
  readonly absorbed: Credits;
  readonly available: Credits;
  readonly price: PinnedPrice;
  readonly late: boolean;
}

export type SettleAnswer =
  | { readonly kind: 'settled'; readonly charge: Charge; readonly replayed: boolean }
  /** Never reserved: there is nothing to charge. */
  | { readonly kind: 'unknown' }
  | Refusal;

export interface ReleaseRequest extends ChargeKey {
  readonly account: string;
  readonly claim: bigint;
}

/** `kept`: a later attempt has taken the reservation over, or it is closed already. */
export type ReleaseAnswer =
  { readonly kind: 'released'; readonly returned: Credits } | { readonly kind: 'kept' } | Refusal;

export type Refusal =
  | {
      readonly kind: 'insufficient';
      readonly needed: Credits;
      readonly available: Credits;
      /** Set aside for other calls at this moment, or kept back for the first in line. */
      readonly reserved: Credits;
      /** When the next credits arrive by themselves (the drip), if any do. */
      readonly nextCreditsAt?: Date;
    }
  | OverBudget
  | { readonly kind: 'account-unknown' }
  | { readonly kind: 'account-frozen' }
  | { readonly kind: 'key-mismatch' };

/** There are credits, but a budget of the run has not room for this call. */
export interface OverBudget {
  readonly kind: 'over-budget';
  readonly needed: Credits;
  readonly cap: Credits;
  readonly spent: Credits;
  /** Set aside for other calls that count against the budget. */
  readonly reserved: Credits;
  readonly budget: BudgetName;
  /** When its period ends and the spending begins anew; a run's budget has none. */
  readonly endsAt?: Date;
}
