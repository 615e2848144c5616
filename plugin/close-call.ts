/**
 * How a call's reservation is closed: settled when the block has returned, given back or charged for
 * its usage when it has failed for good.
 */
import type { OnFailure } from '../core/contract/block';
import type { Credits } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { Charge, ChargeKey, Overrun, PinnedPrice } from '../core/contract/reservation';
import { finalPrice, type Usage } from '../core/pricing/final-price';
import { resolvePrice } from '../core/pricing/resolve-price';
import type { Gate } from '../ledger/ledger';
import { lostReservationFailure, refusalToError } from './failures';
import { persist, RELEASE_PATIENCE_MS, SETTLE_PATIENCE_MS } from './persist';

/** What closing needs to know of a call. */
export interface OpenCall {
  readonly block: string;
  readonly account: string;
  readonly key: ChargeKey;
  readonly claim: bigint;
  readonly price: PinnedPrice;
  readonly args: readonly unknown[];
  readonly overrun: Overrun;
  readonly onFailure: OnFailure;
}

export interface Settled {
  readonly charge: Charge;
  readonly replayed: boolean;
}

/** What the call cost. @throws METER_INVALID, PRICE_OPTION_UNKNOWN */
export function priceUsage(call: OpenCall, usage: Usage): Credits {
  return finalPrice(call.price.rule, call.args, usage, call.block);
}

/** Charges once per key: whoever comes later gets the first charge. */
export async function settleCall(
  gate: Gate,
  call: OpenCall,
  amount: Credits,
  usage: Usage,
): Promise<Settled> {
  const { key, account, overrun, block } = call;
  const base = { run: key.run, call: key.call, account, amount, overrun };
  const request = isEmpty(usage) ? base : { ...base, usage };
  const answer = await persist(() => gate.settle(request), SETTLE_PATIENCE_MS);
  switch (answer.kind) {
    case 'settled':
      return answer;
    case 'unknown':
      throw lostReservationFailure(account, block);
    case 'insufficient':
    case 'over-budget':
      // A settle absorbs what is missing, so it is never refused for want of credits.
      throw new TollgateError('INVARIANT_BROKEN', { block, reason: 'a settle was refused' });
    default:
      throw refusalToError(answer, account, block);
  }
}

/** For a call that failed for good. What it had metered is charged where the block says so. */
export async function closeFailedCall(gate: Gate, call: OpenCall, usage: Usage): Promise<void> {
  if (mayCharge(call, usage)) {
    await settleCall(gate, call, priceUsage(call, usage), usage);
  } else {
    await releaseCall(gate, call);
  }
}

/** Does nothing when a later attempt has taken the reservation over. */
export async function releaseCall(gate: Gate, call: OpenCall): Promise<void> {
  const { key, account, claim } = call;
  await persist(() => gate.release({ ...key, account, claim }), RELEASE_PATIENCE_MS);
}

/** Whether a failure of this call may cost anything. */
export function mayCharge({ onFailure, price, args }: OpenCall, usage: Usage): boolean {
  return (
    onFailure === 'charge-usage' &&
    !isEmpty(usage) &&
    resolvePrice(price.rule, args).kind === 'metered'
  );
}

function isEmpty(usage: Usage): boolean {
  for (const _unit in usage) return false;
  return true;
}
