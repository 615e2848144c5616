/**
 * Opens a ledger on a migrated database: lanes for the gate, a small pool for everything else.
 */
import { rememberAccountIds } from './account-ids';
import { accountOperations } from './accounts';
import { agentQuoteOperations } from './agent-quotes';
import { autoTopUpOperations } from './auto-top-ups';
import { billingOperations } from './billing';
import { budgetOperations } from './budgets';
import { callCostOperations } from './call-costs';
import { clockOperations } from './clocks';
import { openDatabase, type Database } from './database';
import { deliveryOperations } from './deliveries';
import { doctorOperation } from './doctor';
import { endpointOperations } from './endpoints';
import { entryOperations } from './entries';
import { openGate } from './gate';
import { grantOperations } from './grants';
import { guaranteeOperations } from './guarantees';
import { openLane } from './lane';
import { lineOperations } from './line';
import type { Ledger, LedgerOptions } from './ledger';
import { checkSchema } from './migrate';
import { noticeOperations } from './notices';
import { sweepOperations } from './notice-sweep';
import { rememberPrices } from './pinned-prices';
import { preflightOperations } from './preflight';
import { reservationOperations } from './reservations';
import { runOperations } from './runs';
import { schedulePauseOperations } from './schedule-pauses';
import { scheduleOperations } from './schedules';
import { supplyOperations } from './supply';
import { stripeOperations } from './stripe-inbox';
import { thresholdOperations } from './thresholds';
import { TollgateError } from '../core/contract/errors';
import { waitingOperations } from './waiting';

const DEFAULT_LANES = 2;
const MAX_LANES = 32;
const DEFAULT_POOL_SIZE = 4;

/** @throws LEDGER_UNAVAILABLE, SCHEMA_MISSING, SCHEMA_TOO_NEW, SCHEMA_CHANGED, CONFIG_INVALID */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const {
    connectionString,
    lanes: laneCount = DEFAULT_LANES,
    poolSize = DEFAULT_POOL_SIZE,
    now,
  } = options;
  if (!Number.isInteger(laneCount) || laneCount < 1 || laneCount > MAX_LANES) {
    throw new TollgateError('CONFIG_INVALID', {
      lanes: laneCount,
      rule: `a whole number from 1 to ${MAX_LANES}`,
    });
  }
  const database = openDatabase(connectionString, poolSize, now);
  try {
    await checkSchema(database);
    await requireDurableCommits(database);
  } catch (error) {
    await database.close();
    throw error;
  }

  const lane = (): ReturnType<typeof openLane> => openLane(connectionString, database.now);
  const lanes = [lane(), ...Array.from({ length: laneCount - 1 }, lane)] as const;
  const accountIds = rememberAccountIds(database);
  const accounts = accountOperations(database, accountIds);
  const prices = rememberPrices(database);
  const budgets = budgetOperations(database, accountIds);

  return {
    ...openGate({ lanes: [...lanes], accountIds, prices, database }),
    ...lineOperations(database, accountIds, prices),
    ...waitingOperations(database, accountIds),
    ...accounts,
    ...budgets,
    ...scheduleOperations(database, accountIds, budgets),
    ...schedulePauseOperations(database, accountIds),
    ...preflightOperations(database, accountIds),
    ...grantOperations(database, accountIds, accounts),
    ...billingOperations(database, accountIds, accounts),
    ...autoTopUpOperations(database, accountIds),
    ...guaranteeOperations(database),
    ...entryOperations(database, accountIds),
    ...runOperations(database, accountIds),
    ...agentQuoteOperations(database, accountIds),
    ...callCostOperations(database, prices),
    ...reservationOperations(database, accountIds),
    ...supplyOperations(database, accountIds, accounts),
    ...noticeOperations(database, accountIds),
    ...thresholdOperations(database, accountIds),
    ...sweepOperations(database, accountIds),
    ...endpointOperations(database, accountIds),
    ...deliveryOperations(database),
    ...stripeOperations(database, accountIds),
    ...clockOperations(database, accountIds),
    doctor: doctorOperation(database),
    async close() {
      await Promise.all(lanes.map((one) => one.close()));
      await database.close();
    },
  };
}

/** What the gate answers must outlive a crash of the server, so a commit may not return before it is on disk. */
async function requireDurableCommits(database: Pick<Database, 'row'>): Promise<void> {
  const { setting } = await database.row<{ setting: string }>(
    `select current_setting('synchronous_commit') as setting`,
  );
  if (setting !== 'off') return;
  throw new TollgateError(
    'CONFIG_INVALID',
    { synchronous_commit: setting },
    { message: 'PostgreSQL would lose charges in a crash: set synchronous_commit to on' },
  );
}
