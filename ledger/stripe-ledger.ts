/** What the ledger keeps for billing over Stripe: who is which customer, and which events were taken. */

export interface StripeLedger {
  /** The account's place at Stripe, made at the first call, and its customer once there is one. @throws ACCOUNT_UNKNOWN */
  readStripePlace(account: string): Promise<StripePlace>;
  /** Once and for good, unless it is simulated. @throws ACCOUNT_UNKNOWN, IDEMPOTENCY_MISMATCH when either has another one already */
  setStripeCustomer(account: string, customer: string, simulated?: boolean): Promise<void>;
  /** Of a simulator that has forgotten it: the account gets another place. Others are left as they are. */
  forgetStripeCustomer(account: string, customer: string): Promise<void>;
  findStripeAccount(customer: string): Promise<string | undefined>;
  /**
   * Puts an event into the inbox, once for ever. True: the account's workflow has to be told of it, which
   * `noteStripeEvent` then records; false: it was told before, or the event is of no account.
   */
  receiveStripeEvent(event: StripeEventRow): Promise<boolean>;
  noteStripeEvent(id: string): Promise<void>;
}

export interface StripePlace {
  /** Names the customer before there is one. */
  readonly place: string;
  readonly customer?: string;
  /** The customer was made by a simulator. */
  readonly simulated: boolean;
}

export interface StripeEventRow {
  readonly id: string;
  readonly type: string;
  /** Absent: it concerns nobody here. */
  readonly account?: string;
}
