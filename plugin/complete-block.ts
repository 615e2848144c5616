/**
 * Blocks that are finished from elsewhere: by a webhook, a person, a queue. The block takes a ticket,
 * hands it on and throws `CompleteAsyncError`; whoever holds the ticket completes or fails the block,
 * and with it settles or gives back its reservation. A ticket is JSON and may be stored.
 */
import type { Client } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import type { OnFailure } from '../core/contract/block';
import { formatCredits } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { PriceRule } from '../core/contract/price';
import type { Overrun } from '../core/contract/reservation';
import type { Usage } from '../core/pricing/final-price';
import { baseAmount, resolvePrice } from '../core/pricing/resolve-price';
import { fromMicroUnits, toMicroUnits } from '../core/pricing/units';
import type { Gate } from '../ledger/ledger';
import { closeFailedCall, priceUsage, settleCall, type OpenCall } from './close-call';
import { toFailure } from './failures';
import { findRunningCall } from './meter';
import { enclose, writeReceipt } from './write-receipt';

export interface BlockTicket {
  readonly kind: 'tollgate.ticket/v1';
  /** Temporal's token for the attempt, base64. */
  readonly taskToken: string;
  readonly block: string;
  readonly account: string;
  readonly run: string;
  /** 64-bit integers as decimal text. */
  readonly call: string;
  readonly claim: string;
  /** The pinned price for this call's input: free, fixed or metered, with no options left in it. */
  readonly price: PriceRule;
  readonly version: string;
  readonly overrun: Overrun;
  readonly onFailure: OnFailure;
  /** What the block had metered when it took the ticket. */
  readonly usage: Usage;
}

export interface Completers {
  readonly client: Pick<Client, 'activity'>;
  readonly ledger: Gate;
}

/** Inside a gated block: what it takes to complete this attempt from elsewhere. */
export function blockTicket(): BlockTicket {
  const running = findRunningCall();
  if (!running)
    throw new TollgateError('GATE_HEADER_MISSING', { reason: 'no gated block runs here' });
  const { call, meter } = running;
  return {
    kind: 'tollgate.ticket/v1',
    taskToken: Context.current().info.base64TaskToken,
    block: call.block,
    account: call.account,
    run: call.key.run,
    call: String(call.key.call),
    claim: String(call.claim),
    price: settleOptions(call.price.rule, call.args),
    version: call.price.version,
    overrun: call.overrun,
    onFailure: call.onFailure,
    usage: meter.usage(),
  };
}

/**
 * Settles the block and gives Temporal its result. `usage` is what was used since the ticket was taken.
 * It may be called again with the same ticket: the charge is made once.
 */
export async function completeBlock(
  { client, ledger }: Completers,
  ticket: BlockTicket,
  result: { readonly output?: unknown; readonly usage?: Usage } = {},
): Promise<void> {
  const call = readTicket(ticket);
  const usage = sumUsage(ticket.usage, result.usage ?? {});
  const { charge, replayed } = await settleCall(ledger, call, priceUsage(call, usage), usage);
  const receipt = writeReceipt(call.account, charge, usage, replayed);
  await client.activity.complete(tokenOf(ticket), enclose(result.output, receipt));
}

/** Gives the reservation back, or charges its usage, as the block's `onFailure` says, and fails it. */
export async function failBlock(
  { client, ledger }: Completers,
  ticket: BlockTicket,
  error: unknown,
  usage: Usage = {},
): Promise<void> {
  await closeFailedCall(ledger, readTicket(ticket), sumUsage(ticket.usage, usage));
  await client.activity.fail(tokenOf(ticket), toFailure(error));
}

function readTicket(ticket: BlockTicket): OpenCall {
  const { block, account, run, call, claim, price, version, overrun, onFailure } = ticket;
  return {
    block,
    account,
    key: { run, call: BigInt(call) },
    claim: BigInt(claim),
    price: { block, version, rule: price },
    args: [],
    overrun,
    onFailure,
  };
}

function tokenOf(ticket: BlockTicket): Uint8Array {
  return Buffer.from(ticket.taskToken, 'base64');
}

/** The price that this call's arguments lead to, so that a ticket need not hold the arguments. */
function settleOptions(rule: PriceRule, args: readonly unknown[]): PriceRule {
  const resolved = resolvePrice(rule, args);
  if (resolved.kind !== 'metered') return resolved;
  const base = formatCredits(baseAmount(resolved.base, args));
  return { ...resolved, base: { kind: 'fixed', credits: base } };
}

/** In whole millionths, so that fractions add up exactly. */
function sumUsage(one: Usage, other: Usage): Usage {
  const sum: Record<string, number> = { ...one };
  for (const [unit, amount] of Object.entries(other)) {
    sum[unit] = fromMicroUnits(toMicroUnits(sum[unit] ?? 0) + toMicroUnits(amount));
  }
  return sum;
}
