/**
 * What the ledger shows. Amounts are micro-credits (`bigint`), times are `Date`.
 */
import type { BudgetName } from '../core/contract/budget';
import type { CostRange } from '../core/contract/cost-range';
import type { Credits } from '../core/contract/credits';

export interface AccountView {
  readonly account: string;
  /** balance = available + reserved */
  readonly balance: Credits;
  readonly available: Credits;
  readonly reserved: Credits;
  readonly frozen: boolean;
  /** Whether the free tier's daily grant arrives. */
  readonly drip: boolean;
  /** When credits next arrive by themselves: the next midnight UTC whose drip would add any. */
  readonly nextCreditsAt?: Date;
  /** Number of entries so far. */
  readonly entries: bigint;
}

export interface GrantView {
  readonly key: string;
  readonly source: string;
  readonly amount: Credits;
  readonly remaining: Credits;
  readonly reserved: Credits;
  readonly priority: number;
  readonly grantedAt: Date;
  readonly expiresAt?: Date;
  /** Nothing remains: spent, expired or revoked. */
  readonly closed: boolean;
}

/**
 * `settled`, `released`, `lapsed` close a reservation (`lapsed`: its deadline passed); the others move
 * a grant. A `settled` entry may be `late`: its reservation had lapsed before.
 */
export type EntryKind =
  'settled' | 'released' | 'lapsed' | 'granted' | 'expired' | 'revoked' | 'restored';

export interface EntryView {
  readonly account: string;
  /** 1, 2, 3 … without gaps per account. */
  readonly seq: bigint;
  readonly at: Date;
  readonly kind: EntryKind;
  /** What it did to the balance: negative for a charge. */
  readonly amount: Credits;
  readonly balance: Credits;
  readonly reserved?: Credits;
  readonly charged?: Credits;
  readonly returned?: Credits;
  readonly absorbed?: Credits;
  /** Of the charge, what the guarantee of the run paid. */
  readonly guaranteed?: Credits;
  readonly late?: true;
  /** 16-byte run key, present on entries that close a reservation. */
  readonly run?: string;
  readonly block?: string;
  readonly nth?: number;
  readonly priceVersion?: string;
  readonly usage?: Readonly<Record<string, number>>;
  /** Why a grant moved, where something outside of the books was the reason. */
  readonly cause?: string;
  /** The grants it burned or moved, in burn order. */
  readonly grants: readonly { readonly key: string; readonly amount: Credits }[];
}

export interface RunView {
  readonly run: string;
  readonly account: string;
  readonly agent: string;
  readonly workflowId: string;
  readonly workflowRunId: string;
  readonly startedAt: Date;
  readonly parent?: string;
  readonly schedule?: string;
  readonly member?: string;
  /** Charged by this run's own blocks. */
  readonly charged: Credits;
  /** Settled blocks of this run. */
  readonly blocks: number;
  /** Set aside by this run right now, by its guarantee too. */
  readonly reserved: Credits;
  /** Where it holds one, or held one. */
  readonly guarantee?: GuaranteeView;
}

/** amount = spent + returned + holds + what open calls drew from it */
export interface GuaranteeView {
  readonly amount: Credits;
  /** Charged from it, by its run and those below. */
  readonly spent: Credits;
  /** Returned to the account. */
  readonly returned: Credits;
  readonly holds: Credits;
  /** When the rest returned; open until then. */
  readonly endedAt?: Date;
}

/** A run with its entries in order, its open reservations, and its child runs. */
export interface RunReceipt extends RunView {
  /** Charged by this run and all runs below it. */
  readonly total: Credits;
  readonly entries: readonly EntryView[];
  readonly open: readonly ReservationView[];
  readonly children: readonly RunReceipt[];
}

/**
 * What a run of an agent is likely to cost: `likely` is the mean of its past runs, and of twenty runs at
 * most one cost less than `minimum`, and one more than `maximum`.
 */
export interface AgentQuote extends CostRange {
  readonly agent: string;
  readonly account?: string;
  readonly schedule?: string;
  /** Number of past runs it rests on; of fewer than twenty, the bounds are the least and the most. */
  readonly runs: number;
}

export interface ReservationView {
  readonly account: string;
  readonly run: string;
  readonly call: bigint;
  readonly workflowId: string;
  readonly block: string;
  readonly nth: number;
  readonly amount: Credits;
  readonly priceVersion: string;
  readonly reservedAt: Date;
  readonly deadlineAt: Date;
}

/** A call in line for credits, with the run that waits. */
export interface WaitingView {
  readonly account: string;
  readonly run: string;
  readonly call: bigint;
  /** Grows along every line. */
  readonly place: bigint;
  readonly agent: string;
  readonly workflowId: string;
  /** The execution that waits. */
  readonly workflowRunId: string;
  readonly namespace: string;
  readonly block: string;
  readonly nth: number;
  readonly needed: Credits;
  readonly since: Date;
  readonly deadlineAt: Date;
}

export interface BudgetView extends BudgetName {
  /** IANA time zone of its days and months. */
  readonly zone: string;
  readonly cap: Credits;
  /** Spent in the current period. */
  readonly spent: Credits;
  /** Set aside by open reservations. */
  readonly reserved: Credits;
  /** When the current period ends. */
  readonly endsAt: Date;
}

export interface DoctorCheck {
  /** The invariant as a sentence that must be true. */
  readonly invariant: string;
  readonly ok: boolean;
  /** Up to ten offending rows, each as text. */
  readonly offenders: readonly string[];
}

export interface DoctorReport {
  readonly ok: boolean;
  readonly accounts: number;
  readonly entries: bigint;
  readonly openReservations: number;
  readonly checks: readonly DoctorCheck[];
}
