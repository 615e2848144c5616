/** Connections for the designs the ledger is compared with; prepared statements, one pool for all. */
import { Pool } from 'pg';

/** As a web service would pool them: more connections than processors, fewer than callers. */
export const BASELINE_CONNECTIONS = 32;

export function openBaselinePool(connectionString: string): Pool {
  return new Pool({
    connectionString,
    max: BASELINE_CONNECTIONS,
    min: BASELINE_CONNECTIONS,
    idleTimeoutMillis: 0,
  });
}
