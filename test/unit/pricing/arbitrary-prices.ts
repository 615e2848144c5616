/** Random prices for property tests. */
import fc from 'fast-check';
import { formatCredits } from '../../../core/contract/credits';
import type { MeteredPrice, PriceRule } from '../../../core/contract/price';
import { byOption, fixed, free, metered } from '../../../core/pricing/prices';

const amounts = fc.bigInt({ min: 0n, max: 10n ** 10n });
const unitCounts = fc.integer({ min: 0, max: 10 ** 9 }).map((micro) => micro / 1_000);
const unitNames = fc.constantFrom('kb', 'tokens', 'seconds');

interface MeteredCase {
  readonly price: MeteredPrice;
  /** Some usage of the price's units, and how much to add to each for a larger one. */
  readonly units: Readonly<Record<string, number>>;
  readonly more: number;
}

export function meteredPrices(): fc.Arbitrary<MeteredCase> {
  const rate = fc.record({ credits: amounts, per: unitCounts.map((count) => count + 1) });
  return fc
    .record({
      base: amounts,
      rates: fc.dictionary(unitNames, rate, { minKeys: 1 }),
      limits: fc.tuple(fc.option(amounts), fc.option(amounts)),
      bound: unitCounts,
      used: unitCounts,
      more: unitCounts,
    })
    .map(({ base, rates, limits: [minimum, extra], bound, used, more }) => ({
      price: metered({
        base,
        rates,
        reserve: { units: fill(rates, bound) },
        ...(minimum === null ? {} : { minimum }),
        ...(extra === null ? {} : { maximum: extra + (minimum ?? 0n) }),
      }),
      units: fill(rates, used),
      more,
    }));
}

export function anyPrices(): fc.Arbitrary<PriceRule> {
  const { rule } = fc.letrec<{ rule: PriceRule }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 3 },
      fc.constant(free()),
      amounts.map((amount) => fixed(formatCredits(amount))),
      meteredPrices().map(({ price }) => price),
      fc
        .tuple(
          fc.dictionary(fc.string({ minLength: 1 }), tie('rule'), { minKeys: 1, maxKeys: 4 }),
          fc.option(tie('rule')),
        )
        .map(([cases, otherwise]) => byOption('model', cases, otherwise ?? undefined)),
    ),
  }));
  return rule;
}

function fill(rates: object, count: number): Record<string, number> {
  return Object.fromEntries(Object.keys(rates).map((unit) => [unit, count]));
}
