/**
 * What a call would reserve, worked out before it is made. The gate reserves with `reserveAmount`;
 * people see `quoteCall`, which also says where the amount comes from.
 */
import { credits, type Credits } from '../contract/credits';
import type { MeteredPrice, PriceRule } from '../contract/price';
import type { PinnedPrice } from '../contract/reservation';
import { rateAmount } from './final-price';
import { baseAmount, clampAmount, resolvePrice, type Chosen } from './resolve-price';

export interface QuoteLine {
  /** `base`, the name of a unit, `minimum`, `maximum`, or `usage` for a bound given in credits. */
  readonly what: string;
  readonly units?: number;
  /** Negative where a maximum cuts the sum. */
  readonly amount: Credits;
}

export interface Quote {
  readonly block: string;
  /** Version of the price book. */
  readonly version: string;
  readonly reserve: Credits;
  /** The least this call can cost. */
  readonly minimum: Credits;
  /** The most it can cost; absent when a metered price has no maximum. */
  readonly maximum?: Credits;
  /** The input's choices that decided the price. */
  readonly options: readonly Chosen[];
  /** Lines that add up to `reserve`. */
  readonly breakdown: readonly QuoteLine[];
}

/** @throws PRICE_OPTION_UNKNOWN */
export function reserveAmount(rule: PriceRule, args: readonly unknown[], block?: string): Credits {
  const resolved = resolvePrice(rule, args, block);
  if (resolved.kind !== 'metered') return baseAmount(resolved, args, block);
  return sumLines(reserveLines(resolved, args, block));
}

/** @throws PRICE_OPTION_UNKNOWN */
export function quoteCall(price: PinnedPrice, args: readonly unknown[]): Quote {
  const options: Chosen[] = [];
  const { block, version, rule } = price;
  const resolved = resolvePrice(rule, args, block, options);
  if (resolved.kind !== 'metered') {
    const amount = baseAmount(resolved, args, block);
    return {
      block,
      version,
      reserve: amount,
      minimum: amount,
      maximum: amount,
      options,
      breakdown: [{ what: 'base', amount }],
    };
  }
  resolvePrice(resolved.base, args, block, options);
  const breakdown = reserveLines(resolved, args, block);
  return {
    block,
    version,
    reserve: sumLines(breakdown),
    minimum: baseAmount(resolved, args, block),
    ...(resolved.maximum === undefined ? {} : { maximum: credits(resolved.maximum) }),
    options,
    breakdown,
  };
}

function reserveLines(
  rule: MeteredPrice,
  args: readonly unknown[],
  block?: string,
): readonly QuoteLine[] {
  const base = baseAmount(rule.base, args, block);
  const lines: QuoteLine[] = [{ what: 'base', amount: base }];
  if ('units' in rule.reserve) {
    for (const [unit, rate] of Object.entries(rule.rates)) {
      const units = rule.reserve.units[unit] ?? 0;
      lines.push({ what: unit, units, amount: rateAmount(rate, units) });
    }
  } else {
    // So many credits in all; never less than the call is sure to cost.
    const all = credits(rule.reserve.credits);
    if (all > base) lines.push({ what: 'usage', amount: all - base });
  }
  const sum = sumLines(lines);
  const difference = clampAmount(rule, sum) - sum;
  if (difference !== 0n)
    lines.push({ what: difference > 0n ? 'minimum' : 'maximum', amount: difference });
  return lines;
}

function sumLines(lines: readonly QuoteLine[]): Credits {
  return lines.reduce((sum, line) => sum + line.amount, 0n);
}
