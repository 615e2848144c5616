/**
 * Guarantees: asking after the runs that hold one, ending and extending them. They are made by the
 * first reserve under them (gate.ts); the SQL is in migrations/000010-guarantees.sql.
 */
import type { Credits } from '../core/contract/credits';
import type { GuaranteeRequest, PinnedPrice } from '../core/contract/reservation';
import type { Database } from './database';

/** What a guarantee's reservation and its entry show as their block; no block can have this name. */
export const GUARANTEE_PRICE: PinnedPrice = {
  block: '(guarantee)',
  version: '1',
  rule: { kind: 'free' },
};

const ASK_LIMIT = 100;

/** The guarantee of a request as its SQL takes it; the price is the number of {@link GUARANTEE_PRICE}. */
export function guaranteeRow(request: GuaranteeRequest, price: number): string {
  const { amount, facts, namespace, aliveAs } = request;
  return JSON.stringify({
    run: facts.run,
    amount: String(amount),
    price,
    namespace,
    workflow_id: facts.workflowId,
    alive_as: aliveAs,
  });
}

export interface GuaranteeLedger {
  /**
   * What the guarantee of a run still holds returns to its account. Gives how much; undefined when the
   * run holds none, or none any more.
   */
  endGuarantee(run: string): Promise<Credits | undefined>;
  /** Puts its deadline off, since its run lives: now, perhaps, as the one that continues it. */
  extendGuarantee(run: string, aliveAs: string): Promise<void>;
  /**
   * Open guarantees of a Temporal namespace that nobody has asked for in `everyMs`, longest ago first, at
   * most `limit` (default 100). They count as asked for from now on.
   */
  guaranteesToAsk(filter: {
    readonly namespace: string;
    readonly everyMs: number;
    readonly limit?: number;
  }): Promise<readonly OpenGuarantee[]>;
}

/** A guarantee whose run may live or not. */
export interface OpenGuarantee {
  readonly run: string;
  readonly workflowId: string;
  /** `originalExecutionRunId` of its run, or of the last run known to continue it. */
  readonly aliveAs: string;
}

export function guaranteeOperations(database: Database): GuaranteeLedger {
  return {
    async endGuarantee(run) {
      const { returned } = await database.row<{ returned: bigint | null }>(
        'select tollgate.end_guarantee($1, $2) as returned',
        [database.now(), run],
      );
      return returned ?? undefined;
    },

    async extendGuarantee(run, aliveAs) {
      await database.rows('select tollgate.extend_guarantee($1, $2, $3)', [
        database.now(),
        run,
        aliveAs,
      ]);
    },

    async guaranteesToAsk({ namespace, everyMs, limit = ASK_LIMIT }) {
      const rows = await database.rows<{ run: string; workflow_id: string; alive_as: string }>(
        `select * from tollgate.guarantees_to_ask($1, $2, $3 * interval '1 millisecond', $4)`,
        [database.now(), namespace, everyMs, limit],
      );
      return rows.map((row) => ({
        run: row.run,
        workflowId: row.workflow_id,
        aliveAs: row.alive_as,
      }));
    },
  };
}
