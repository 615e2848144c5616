/** The ledger as those see it who keep the line of runs that wait for credits; see docs/out-of-credits.md. */
import type { ChargeKey, ReserveRequest } from '../core/contract/reservation';
import type { Page } from './page';
import type { WaitingView } from './views';

/** A call that was refused for want of credits and whose run waits for some. */
export interface LineRequest extends Pick<
  ReserveRequest,
  'run' | 'call' | 'account' | 'nth' | 'amount' | 'price' | 'choice' | 'guarantee'
> {
  /** Temporal's, in which the run is. */
  readonly namespace: string;
  /** The execution that waits; another one after a reset. */
  readonly workflowRunId: string;
  /** How long from its first refusal the run waits. */
  readonly deadlineMs: number;
}

export interface PlaceInLine {
  /** When it was first refused: those before it in line were refused before. */
  readonly since: Date;
  readonly deadlineAt: Date;
}

/** One account's line in one namespace. */
export interface LineName {
  readonly account: string;
  readonly namespace: string;
}

export interface LineLedger {
  /** Takes the last place in the account's line, or finds the call's old one again. @throws ACCOUNT_UNKNOWN */
  joinLine(request: LineRequest): Promise<PlaceInLine>;
  /** Sets credits aside for those in front, in order, as far as they reach; returns how many (at most `limit`). */
  wakeLine(
    line: LineName,
    options: { readonly limit: number; readonly holdMs: number },
  ): Promise<number>;
  /** Woken ones whose runs have not been told, in order. */
  listWoken(line: LineName): Promise<readonly WaitingView[]>;
  /** Their runs have been told. */
  confirmTold(line: LineName, keys: readonly ChargeKey[]): Promise<void>;
  /** Gives up the place, and what was set aside for it; without a place nothing happens. */
  leaveLine(key: ChargeKey): Promise<void>;
  /** How many wait in a line. */
  countWaiting(line: LineName): Promise<number>;
  /** Of one account or of all, in order; `after` is a place. */
  listWaiting(
    filter?: { readonly account?: string; readonly namespace?: string } & Page,
  ): Promise<readonly WaitingView[]>;
  /** Accounts whose line can go on; one is named once in `quietMs`. */
  findDueLines(namespace: string, quietMs: number): Promise<readonly string[]>;
  /** The first of each line that nobody has asked for in `everyMs`. */
  findUnchecked(
    namespace: string,
    options: { readonly everyMs: number; readonly limit: number },
  ): Promise<readonly WaitingView[]>;
}
