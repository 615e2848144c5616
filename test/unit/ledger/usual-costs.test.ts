/** Promise: costs far out, as long as they are few, do not move what is quoted beyond the others. */
import fc from 'fast-check';
import { usualCosts } from '../../../ledger/usual-costs';

const cost = fc.bigInt({ min: 0n, max: 10n ** 12n });

test('nothing is quoted from no costs', () => {
  expect(usualCosts([])).toBeUndefined();
});

test('likely is the mean, rounded up, between the least and the most of a few costs', () => {
  expect(usualCosts([9n, 1n, 1n])).toEqual({ minimum: 1n, likely: 4n, maximum: 9n });
  expect(usualCosts([1n, 2n])).toEqual({ minimum: 1n, likely: 2n, maximum: 2n });
});

test('one cost in twenty may be anything', () => {
  const usual = usualCosts([...Array.from({ length: 19 }, () => 5n), 10n ** 15n]);
  expect(usual).toEqual({ minimum: 5n, likely: 5n, maximum: 5n });
});

test('up to one outlier in twenty on each side leaves the quote within the other costs', () => {
  fc.assert(
    fc.property(
      fc.array(cost, { minLength: 18, maxLength: 200 }),
      fc.nat(10),
      (costs, outliers) => {
        const few = Math.min(outliers, Math.floor(costs.length / 18));
        const wild = Array.from({ length: few }, () => 10n ** 17n);
        const none = Array.from({ length: few }, () => -1n);
        const usual = usualCosts([...wild, ...costs, ...none]);
        const sorted = [...costs].sort((one, other) => Number(one - other));
        expect(usual?.minimum).toBeGreaterThanOrEqual(sorted[0] ?? 0n);
        expect(usual?.maximum).toBeLessThanOrEqual(sorted.at(-1) ?? 0n);
        expect(usual?.likely).toBeGreaterThanOrEqual(usual?.minimum ?? 0n);
        expect(usual?.likely).toBeLessThanOrEqual(usual?.maximum ?? 0n);
      },
    ),
  );
});
