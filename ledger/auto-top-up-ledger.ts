/** What the ledger keeps of automatic top-ups: the settings, and who has run low. */
import type { AutoTopUp } from '../core/contract/auto-top-up';

export interface AutoTopUpLedger {
  /** Undefined while it is off. @throws ACCOUNT_UNKNOWN */
  readAutoTopUp(account: string): Promise<AutoTopUp | undefined>;
  /** Replaces the settings; null turns it off. @throws ACCOUNT_UNKNOWN */
  setAutoTopUp(account: string, settings: AutoTopUp | null): Promise<void>;
  /** The account's workflow has looked: whether it would buy as soon as credits are short. @throws ACCOUNT_UNKNOWN */
  watchAutoTopUp(account: string, watched: boolean): Promise<void>;
  /** Watched accounts with less available than they want; one is named once in `quietMs`, until it is looked at. */
  findDueTopUps(options: {
    readonly quietMs: number;
    readonly limit: number;
  }): Promise<readonly string[]>;
}
