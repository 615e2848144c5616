/** Runs in workers: the local activity with which a run gives back what is left of its guarantee. */
import { RETURN_GUARANTEE, type GuaranteeHolder } from '../core/contract/guarantee';
import type { GuaranteeLedger } from '../ledger/guarantees';
import { deriveRunKey } from './charge-key';

export function guaranteeActivities(
  ledger: Pick<GuaranteeLedger, 'endGuarantee'>,
): Readonly<Record<string, unknown>> {
  return {
    /** @throws LEDGER_UNAVAILABLE */
    async [RETURN_GUARANTEE]({ startedAt, scope }: GuaranteeHolder): Promise<void> {
      await ledger.endGuarantee(deriveRunKey(startedAt, scope));
    },
  };
}
