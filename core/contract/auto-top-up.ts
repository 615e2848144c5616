/** Automatic top-ups as the account's owner sets them. */
import type { CreditsText } from './credits';
import type { MinorUnits, Seconds } from './plans';

export interface AutoTopUpRequest {
  /** Key of the top-up to buy. */
  readonly topUp: string;
  /** Buys when less than this is available. */
  readonly below: CreditsText;
  /** At most so much in a calendar month (UTC). */
  readonly monthlyCeiling: MinorUnits;
}

export interface AutoTopUp extends AutoTopUpRequest {
  /** Declines before this do not count: turning it on again starts anew. */
  readonly enabledAt: Seconds;
}
