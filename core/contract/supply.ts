/** What an account can spend, and what time will do to it: the ledger's part of a forecast. */
import type { Credits } from './credits';

export interface Supply {
  readonly account: string;
  /** The moment of which this is true. */
  readonly at: Date;
  /** Set aside for calls that are running. */
  readonly reserved: Credits;
  readonly frozen: boolean;
  /** What can be reserved of each open grant, in burn order. */
  readonly grants: readonly SupplyGrant[];
  /** The free tier, where it is on. */
  readonly drip?: Drip;
}

export interface SupplyGrant {
  readonly key: string;
  readonly available: Credits;
  /** Lower burns first. */
  readonly priority: number;
  readonly expiresAt?: Date;
}

/** So much at each midnight UTC, never lifting the balance above the cap. */
export interface Drip {
  readonly daily: Credits;
  readonly cap: Credits;
  /** The next midnight. */
  readonly nextAt: Date;
}

/** A moment at which a schedule will start a run. */
export interface Tick {
  readonly schedule: string;
  readonly at: Date;
}
