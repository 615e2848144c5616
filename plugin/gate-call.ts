/**
 * One attempt of a priced block: reserve, run, settle. The key is the same for every attempt, so the
 * ledger knows what earlier ones did; see "What ends a reservation" in ARCHITECTURE.md.
 *
 * What must hold: the block runs only under a reservation or after a charge; no connection to the
 * ledger is held while it runs; a block that has returned and has a price is never released, only settled.
 */
import type { Context } from '@temporalio/activity';
import type { Credits } from '../core/contract/credits';
import type { RetryEnd } from '../core/contract/gate-header';
import type { Charge, ReserveRequest } from '../core/contract/reservation';
import { meteredUnits } from '../core/pricing/final-price';
import type { Gate } from '../ledger/ledger';
import type { BlockCall } from './block-call';
import { findCheaperOptions } from './cheaper-options';
import {
  closeFailedCall,
  mayCharge,
  priceUsage,
  releaseCall,
  settleCall,
  type OpenCall,
} from './close-call';
import { budgetFailure, insufficientFailure, refusalToError, toFailure } from './failures';
import { growCall } from './grow-call';
import { createMeter, runMetered } from './meter';
import { classifyFailure, runHasEnded } from './outcome';
import { persist, RESERVE_PATIENCE_MS } from './persist';
import type { MeetRefusal } from './refused-call';
import { enclose, writeReceipt } from './write-receipt';

export interface GatedAttempt {
  readonly gate: Gate;
  readonly call: BlockCall;
  readonly request: ReserveRequest;
  /** Where the call's retry policy ends, if its workflow said so. */
  readonly retryEnd?: RetryEnd | undefined;
  readonly context: Context;
  /** Lets the call join the line, where it may wait. */
  readonly meetRefusal: MeetRefusal;
  /** The block itself. */
  run(): Promise<unknown>;
}

/** What Temporal gets as the result of the activity. */
export async function gateCall(attempt: GatedAttempt): Promise<unknown> {
  const { gate, call, request } = attempt;
  const answer = await persist(() => gate.reserve(request), RESERVE_PATIENCE_MS);
  switch (answer.kind) {
    case 'reserved':
      return runReserved(attempt, { ...call, price: answer.price });
    case 'settled':
      return runAgain(attempt, answer.charge);
    case 'over-budget':
      throw budgetFailure(answer, call.account, call.block);
    case 'insufficient': {
      const cheaper = findCheaperOptions(call.price.rule, call.args, answer.available);
      const waiting = await attempt.meetRefusal(answer);
      throw insufficientFailure(answer, call.account, call.block, { cheaper, waiting });
    }
    default:
      throw refusalToError(answer, call.account, call.block);
  }
}

async function runReserved(attempt: GatedAttempt, call: OpenCall): Promise<unknown> {
  const meter = createMeter(call.block, meteredUnits(call.price.rule, call.args), (amount) =>
    growCall(attempt.gate, call, amount),
  );
  let output: unknown;
  let amount: Credits;
  try {
    output = await runMetered(meter, () => attempt.run(), call);
    amount = priceUsage(call, meter.usage());
  } catch (error) {
    const failure = toFailure(error);
    await closeFailed(attempt, call, meter.usage(), failure);
    throw failure;
  }
  const usage = meter.usage();
  const { charge, replayed } = await settleCall(attempt.gate, call, amount, usage);
  return enclose(output, writeReceipt(call.account, charge, usage, replayed));
}

/** An earlier attempt was charged and its result lost: the block runs again, and costs nothing. */
async function runAgain({ call, run }: GatedAttempt, charge: Charge): Promise<unknown> {
  const meter = createMeter(call.block);
  const output = await runMetered(meter, run, { ...call, price: charge.price });
  return enclose(output, writeReceipt(call.account, charge, {}, true));
}

/** The block's own failure counts; the ledger being away only delays the return of the credits. */
async function closeFailed(
  { gate, context, retryEnd }: GatedAttempt,
  call: OpenCall,
  usage: Readonly<Record<string, number>>,
  failure: unknown,
): Promise<void> {
  const outcome = classifyFailure(failure, context, retryEnd);
  if (outcome === 'kept') return;
  try {
    // Usage must not be charged for a call that will be made again, so it is asked who is left to make it.
    const over = outcome === 'over' || (mayCharge(call, usage) && (await runHasEnded(context)));
    await (over ? closeFailedCall(gate, call, usage) : releaseCall(gate, call));
  } catch (error) {
    context.log.warn('A failed block keeps its reservation until the deadline', {
      block: call.block,
      account: call.account,
      error,
    });
  }
}
