/**
 * What a call cost, once its usage is known. Exact integer arithmetic: each rate is rounded up to a
 * whole micro-credit once, after all its units are counted, and nothing else is rounded.
 */
import { MAX_CREDITS, credits, type Credits } from '../contract/credits';
import { TollgateError } from '../contract/errors';
import type { MeteredPrice, PriceRule } from '../contract/price';
import { baseAmount, clampAmount, resolvePrice } from './resolve-price';
import { isUnits, toMicroUnits } from './units';

/** Amounts of each unit that a block reported. */
export type Usage = Readonly<Record<string, number>>;

/**
 * A price that is not metered costs what was reserved; usage that was reported all the same is kept
 * for the receipt and charges nothing, so a price book may replace a metered price by a fixed one.
 * @throws METER_INVALID, PRICE_OPTION_UNKNOWN
 */
export function finalPrice(
  rule: PriceRule,
  args: readonly unknown[],
  usage: Usage,
  block?: string,
): Credits {
  for (const [unit, amount] of Object.entries(usage)) {
    if (!isUnits(amount)) throw refuseUsage(unit, amount, 'is not an amount of units', block);
  }
  const resolved = resolvePrice(rule, args, block);
  if (resolved.kind !== 'metered') return baseAmount(resolved, args, block);
  let total = baseAmount(resolved.base, args, block);
  for (const [unit, amount] of Object.entries(usage)) {
    const rate = Object.hasOwn(resolved.rates, unit) ? resolved.rates[unit] : undefined;
    if (!rate) throw refuseUsage(unit, amount, 'is a unit that the price does not name', block);
    total += rateAmount(rate, amount);
  }
  const final = clampAmount(resolved, total);
  if (final > MAX_CREDITS)
    throw new TollgateError('METER_INVALID', {
      ...(block ? { block } : {}),
      reason: 'the usage costs more than any account can hold',
    });
  return final;
}

/** The cost of so many units at one rate, rounded up to a whole micro-credit. */
export function rateAmount(rate: MeteredPrice['rates'][string], units: number): Credits {
  const per = toMicroUnits(rate.per);
  return (credits(rate.credits) * toMicroUnits(units) + per - 1n) / per;
}

/** The units that a call with these arguments may report; `undefined` when none of them is charged. */
export function meteredUnits(
  rule: PriceRule,
  args: readonly unknown[],
): readonly string[] | undefined {
  const resolved = resolvePrice(rule, args);
  return resolved.kind === 'metered' ? Object.keys(resolved.rates) : undefined;
}

function refuseUsage(unit: string, amount: unknown, reason: string, block?: string): TollgateError {
  return new TollgateError(
    'METER_INVALID',
    { ...(block === undefined ? {} : { block }), unit, amount: String(amount) },
    { message: `A meter value is not valid: "${unit}" ${reason}` },
  );
}
