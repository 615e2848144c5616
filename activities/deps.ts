/** What activities work with, given once by whoever starts the worker. */
import type { BillingDeps } from './billing-input';
import type { Client } from '@temporalio/client';
import type { Ledger } from '../ledger/ledger';
import type { DeliveryOptions } from './notice-activities';

export interface ActivityDeps {
  readonly ledger: Ledger;
  /** On the namespace that the workflows run in. */
  readonly client: Client;
  readonly notices?: DeliveryOptions;
  /** Absent: this worker has no Stripe. */
  readonly billing?: BillingDeps;
}
