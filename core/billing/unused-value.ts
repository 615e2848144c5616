/**
 * What unused time and unused credits are worth, in minor units. Exact fractions, rounded down once at
 * the end: a customer is never credited more than was paid for what is given up.
 */
import type { Credits } from '../contract/credits';
import type { MinorUnits, Seconds } from '../contract/plans';
import { allowanceOf } from './plans';
import type { Purchase } from './purchases';

/** The part of a price that the rest of a period is worth at a moment. */
export function timeValue(price: MinorUnits, period: Purchase['period'], at: Seconds): MinorUnits {
  const whole = BigInt(period.end - period.start);
  const left = BigInt(Math.min(Math.max(period.end - at, 0), period.end - period.start));
  return whole === 0n ? 0 : Number((BigInt(price) * left) / whole);
}

/**
 * What credits taken back are worth at most: the time they could have been used in, at the price of
 * what is given up (`price`), and the credits themselves, at the unit price of the pack that brought
 * them. Both net of the discount that the purchase had.
 */
export function unusedValue(
  price: MinorUnits,
  taken: Credits,
  purchase: Purchase,
  at: Seconds,
): MinorUnits {
  const { period, paysFrom, pack, net, gross } = purchase;
  const whole = BigInt(period.end - paysFrom);
  const left = BigInt(Math.min(Math.max(period.end - at, 0), period.end - paysFrom));
  // What was paid for the time that is left, and of that the share that is given up.
  const byTime = whole === 0n ? 0n : (net * left * BigInt(price)) / (whole * BigInt(pack.price));
  const byCredits = (BigInt(pack.price) * taken * net) / (allowanceOf(pack) * gross);
  return Number(byTime < byCredits ? byTime : byCredits);
}
