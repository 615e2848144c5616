/**
 * More credits for a block that is running, asked for with `meter.atLeast`. Refused like a reserve; the
 * block keeps what it has and may go on within it, or fail with the refusal.
 */
import type { Credits } from '../core/contract/credits';
import type { Gate } from '../ledger/ledger';
import type { OpenCall } from './close-call';
import {
  budgetFailure,
  insufficientFailure,
  lostReservationFailure,
  refusalToError,
} from './failures';
import { persist, RESERVE_PATIENCE_MS } from './persist';

/** @throws INSUFFICIENT_CREDITS, BUDGET_EXCEEDED, RESERVATION_UNKNOWN when it is not this attempt's any more */
export async function growCall(gate: Gate, call: OpenCall, amount: Credits): Promise<void> {
  const { key, account, claim, block } = call;
  const answer = await persist(
    () => gate.grow({ ...key, account, claim, amount }),
    RESERVE_PATIENCE_MS,
  );
  switch (answer.kind) {
    case 'grown':
      return;
    case 'lost':
      throw lostReservationFailure(account, block);
    case 'insufficient':
      throw insufficientFailure(answer, account, block);
    case 'over-budget':
      throw budgetFailure(answer, account, block);
    default:
      throw refusalToError(answer, account, block);
  }
}
