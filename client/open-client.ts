/** What programs do on behalf of accounts, beside starting runs. */
import type { ScheduleRegistry } from '../core/contract/schedule';
import { openSchedules, type Schedules } from './schedules';
import type { TemporalClient } from './temporal-schedule';

export interface TollgateClient {
  readonly schedules: Schedules;
}

export interface TollgateClientOptions {
  readonly temporal: TemporalClient;
  /** `openLedger()` of `tollgate/ledger`. */
  readonly ledger: ScheduleRegistry;
}

export function openClient({ temporal, ledger }: TollgateClientOptions): TollgateClient {
  return { schedules: openSchedules(temporal, ledger) };
}
