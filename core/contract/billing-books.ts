/**
 * Between billing and the ledger: what the books hold of an account, and the commands that change
 * them. Both are plain JSON (credits as decimal strings, times as ISO strings), because they pass
 * through a workflow. Every command has a key from outside, so that given twice it takes once.
 */
import type { CreditsText } from './credits';

/** Sources of the grants that billing gives. */
export const PACK_SOURCE = 'pack';
export const TOP_UP_SOURCE = 'top-up';

export interface BillingBooks {
  readonly account: string;
  readonly balance: CreditsText;
  readonly available: CreditsText;
  readonly reserved: CreditsText;
  /** Whether the free tier's daily grant arrives, and when it next adds any. */
  readonly drip: boolean;
  readonly nextDripAt?: string;
  readonly frozen: boolean;
  /** Every freeze there ever was, lifted ones too. */
  readonly freezes: readonly FreezeView[];
  /** Grants of billing's sources, ended ones too. */
  readonly grants: readonly BillingGrant[];
  /** Taken back by refunds and disputes but spent before: what the account still owes. */
  readonly unpaid: CreditsText;
}

export interface FreezeView {
  readonly cause: string;
  readonly lifted: boolean;
}

export interface BillingGrant {
  readonly key: string;
  readonly source: string;
  readonly amount: CreditsText;
  readonly remaining: CreditsText;
  /** Part of `remaining` that running calls have set aside. */
  readonly reserved: CreditsText;
  readonly priority: number;
  readonly expiresAt?: string;
  /** Expired or revoked as a whole: it can give nothing any more. */
  readonly ended: boolean;
  readonly revocations: readonly Revocation[];
  /** The part of what refunds and disputes asked back that had been spent. */
  readonly unpaid: CreditsText;
}

/** What one cause takes back of a grant. `asked` above `taken`: spent, or reserved at the time. */
export interface Revocation {
  readonly cause: string;
  readonly asked: CreditsText;
  readonly taken: CreditsText;
}

export type LedgerCommand =
  /** Credits that came in. A key that is known already, ended or not, changes nothing. */
  | {
      readonly do: 'grant';
      readonly key: string;
      readonly source: string;
      readonly amount: CreditsText;
      readonly priority: number;
      /** A time that has passed books the grant and its expiry. */
      readonly expiresAt?: string;
    }
  /** Takes all that is left; what is reserved follows when it comes back. */
  | { readonly do: 'end'; readonly key: string; readonly cause: string }
  /** When the grant expires (null: never) and its place in the burn order. */
  | {
      readonly do: 'term';
      readonly key: string;
      readonly expiresAt: string | null;
      readonly priority: number;
    }
  /** Once per cause: takes what is left above `atMost`; given again, only what was reserved then. */
  | {
      readonly do: 'cut';
      readonly key: string;
      readonly cause: string;
      readonly atMost: CreditsText;
    }
  /** The cause shall have taken `total` in all: takes the difference, or gives it back. */
  | {
      readonly do: 'revoke';
      readonly key: string;
      readonly cause: string;
      readonly total: CreditsText;
    }
  /** Gives back all that the cause took. */
  | { readonly do: 'restore'; readonly key: string; readonly cause: string }
  /** A cause freezes once: after it was lifted, the same cause changes nothing. */
  | { readonly do: 'freeze' | 'unfreeze'; readonly cause: string }
  /**
   * Turns the drip on or off (daily 0) as of `since`: midnights since then are made good, or what is
   * left of their drips is taken back.
   */
  | {
      readonly do: 'drip';
      readonly daily: CreditsText;
      readonly cap: CreditsText;
      readonly since: string;
    };

/** What one command did. */
export interface CommandDone {
  readonly do: LedgerCommand['do'];
  /** The grant's key, or the cause of a freeze. */
  readonly key?: string;
  /** False: it had been done before, or there was nothing left to do it to. */
  readonly changed: boolean;
  /** What it did to the balance; negative where it took. */
  readonly amount: CreditsText;
}
