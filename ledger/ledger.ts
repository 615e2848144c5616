/**
 * The ledger as the rest of the house sees it. `openLedger` (open-ledger.ts) gives one; each
 * operation has a file of its own. Refusals are returned; a fault is thrown as LEDGER_UNAVAILABLE
 * and may be retried with the same arguments, whatever had happened; a broken invariant is thrown.
 */
import type { AutoTopUpLedger } from './auto-top-up-ledger';
import type { BillingBooks, CommandDone, LedgerCommand } from '../core/contract/billing-books';
import type { BudgetKind, BudgetPeriod } from '../core/contract/budget';
import type { Supply } from '../core/contract/supply';
import type { PastCosts } from '../core/contract/cost-range';
import type { Credits } from '../core/contract/credits';
import type { EarlyRefusal, PreflightRequest, SkipReason } from '../core/contract/preflight';
import type {
  GrowAnswer,
  GrowRequest,
  PinnedPrice,
  ReleaseAnswer,
  ReleaseRequest,
  ReserveAnswer,
  ReserveRequest,
  SettleAnswer,
  SettleRequest,
} from '../core/contract/reservation';
import type { ScheduleRegistry } from '../core/contract/schedule';
import type { ClockLedger } from './clocks';
import type { GuaranteeLedger } from './guarantees';
import type { LineLedger } from './line-ledger';
import type { NoticeLedger } from './notice-ledger';
import type { StripeLedger } from './stripe-ledger';
import type { Page } from './page';
import type {
  AccountView,
  AgentQuote,
  BudgetView,
  DoctorReport,
  EntryView,
  GrantView,
  ReservationView,
  RunReceipt,
  RunView,
} from './views';

/** What the gate needs on the hot path: one batched statement each. */
export interface Gate {
  reserve(request: ReserveRequest): Promise<ReserveAnswer>;
  /** Sets more aside under a reservation that is in use; less than it has changes nothing. */
  grow(request: GrowRequest): Promise<GrowAnswer>;
  settle(request: SettleRequest): Promise<SettleAnswer>;
  release(request: ReleaseRequest): Promise<ReleaseAnswer>;
}

export interface GrantRequest {
  readonly account: string;
  readonly amount: Credits;
  /** Unique on the account for ever: the same grant given again changes nothing. */
  readonly key: string;
  /** Where the credits came from, such as `top-up`, `pack`, `operator`. */
  readonly source: string;
  /** Lower burns first. Default 0. */
  readonly priority?: number;
  readonly expiresAt?: Date;
}

export interface Granted {
  readonly created: boolean;
  readonly account: AccountView;
}

export interface RevokeRequest {
  readonly account: string;
  readonly key: string;
  /** Default: all that is left of the grant, which ends it; what is reserved from it now follows when it returns. */
  readonly amount?: Credits;
  /** With an amount: sent again under the same cause, it takes no more. */
  readonly cause?: string;
}

export interface Revoked {
  readonly revoked: Credits;
  /** Asked for but spent or set aside already. */
  readonly missing: Credits;
  readonly account: AccountView;
}

export interface BudgetRequest {
  readonly account: string;
  readonly kind: Exclude<BudgetKind, 'run'>;
  /** Name of the agent, schedule or member; left out for the account itself. */
  readonly subject?: string;
  readonly period: Exclude<BudgetPeriod, 'run'>;
  /** IANA time zone of the days and months. Default UTC. */
  readonly zone?: string;
  readonly cap: Credits;
}

export interface AgentQuoteRequest {
  /** Name of the agent, as its runs have it. */
  readonly agent: string;
  /** Only from runs of this account. */
  readonly account?: string;
  /** Only from runs of this schedule. */
  readonly schedule?: string;
}

/** Why a scheduled run does not start. */
export interface Hindrance {
  readonly reason: SkipReason;
  readonly needed: Credits;
  readonly available: Credits;
}

/** Which calls are asked about: those at this price that chose the same options. */
export interface PricedChoice {
  readonly price: PinnedPrice;
  /** As `ReserveRequest.choice` has it; empty for a price without options. */
  readonly choice: string;
}

export interface Ledger
  extends
    Gate,
    ClockLedger,
    GuaranteeLedger,
    NoticeLedger,
    LineLedger,
    ScheduleRegistry,
    StripeLedger,
    AutoTopUpLedger {
  /** Opens an account; opening it again returns it unchanged. Default: with the free tier's drip. */
  openAccount(account: string, options?: { readonly drip?: boolean }): Promise<AccountView>;
  /** @throws ACCOUNT_UNKNOWN */
  readAccount(account: string): Promise<AccountView>;
  listAccounts(page?: Page): Promise<readonly AccountView[]>;
  /** The operator's freeze; lifting it lifts every other cause too. */
  setFrozen(account: string, frozen: boolean): Promise<AccountView>;
  /** Turns the free tier's drip on or off. */
  setDrip(account: string, drip: boolean): Promise<AccountView>;
  /** @throws ACCOUNT_UNKNOWN, AMOUNT_INVALID, IDEMPOTENCY_MISMATCH */
  grant(request: GrantRequest): Promise<Granted>;
  /** @throws ACCOUNT_UNKNOWN, GRANT_UNKNOWN, AMOUNT_INVALID */
  revoke(request: RevokeRequest): Promise<Revoked>;
  /** What billing needs of the books, after letting time do what it has brought. @throws ACCOUNT_UNKNOWN */
  readBilling(account: string): Promise<BillingBooks>;
  /**
   * Does all commands in order, in one transaction, or none; answers what each did. The same commands
   * again change nothing. @throws ACCOUNT_UNKNOWN, GRANT_UNKNOWN, AMOUNT_INVALID, INPUT_INVALID
   */
  applyBilling(
    account: string,
    commands: readonly LedgerCommand[],
  ): Promise<readonly CommandDone[]>;
  /** Sets a cap or changes it; what was spent in the period stays counted. @throws ACCOUNT_UNKNOWN, AMOUNT_INVALID, INPUT_INVALID */
  setBudget(request: BudgetRequest): Promise<BudgetView>;
  /** @throws ACCOUNT_UNKNOWN, BUDGET_UNKNOWN */
  removeBudget(name: Omit<BudgetRequest, 'cap' | 'zone'>): Promise<void>;
  listBudgets(account: string): Promise<readonly BudgetView[]>;
  /** What keeps a scheduled run from starting, which is counted, or undefined. @throws ACCOUNT_UNKNOWN */
  preflight(request: PreflightRequest): Promise<Hindrance | undefined>;
  /** Counts a scheduled run that was refused before it was charged anything. @throws ACCOUNT_UNKNOWN */
  skipRun(request: PreflightRequest, refusal: EarlyRefusal): Promise<void>;
  /** Expires reservations whose deadline has passed; returns how many (at most `limit`, default 1,000). */
  expireOverdue(limit?: number): Promise<number>;

  /** Open grants in burn order, then closed ones, newest first. */
  listGrants(account: string, page?: Page): Promise<readonly GrantView[]>;
  /** Newest first; `after` is a sequence number. */
  listEntries(account: string, page?: Page): Promise<readonly EntryView[]>;
  /** Every entry of an account, or of all, in order; in pages, so that any size can be exported. */
  exportEntries(account?: string): AsyncIterable<EntryView>;
  /** Newest first; `after` is a run key. */
  listRuns(
    filter?: { readonly account?: string; readonly agent?: string } & Page,
  ): Promise<readonly RunView[]>;
  /** By run key, workflow id (its newest run) or workflow run id. @throws RUN_UNKNOWN */
  readRun(id: string): Promise<RunReceipt>;
  /**
   * What a run of an agent is likely to cost with all runs below it, from its newest runs (at most 200).
   * `undefined` when none has settled a block yet. @throws ACCOUNT_UNKNOWN
   */
  quoteAgent(request: AgentQuoteRequest): Promise<AgentQuote | undefined>;
  /**
   * What the newest calls of the same block and option really cost, one answer each (of at most 200 calls;
   * `undefined` for fewer than 10). With an agent: of the calls in its runs.
   */
  readPastCosts(
    calls: readonly PricedChoice[],
    filter?: { readonly agent?: string },
  ): Promise<readonly (PastCosts | undefined)[]>;
  /** What an account can spend, and what time will do to it. @throws ACCOUNT_UNKNOWN */
  readSupply(account: string): Promise<Supply>;
  listReservations(
    filter?: { readonly account?: string } & Page,
  ): Promise<readonly ReservationView[]>;
  doctor(): Promise<DoctorReport>;
  /** Finishes what is in flight and closes every connection. */
  close(): Promise<void>;
}

export interface LedgerOptions {
  /** PostgreSQL connection string. */
  readonly connectionString: string;
  /** Connections that carry batched reserves and settles. Default 2. */
  readonly lanes?: number;
  /** Connections for everything else. Default 4. */
  readonly poolSize?: number;
  /** For tests of expiry and drip: the time to go by instead of the database's clock. */
  readonly now?: () => Date;
}
