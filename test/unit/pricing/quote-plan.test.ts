/** Promise: a plan adds its calls up, and what it says must be available is enough, and no more than that. */
import fc from 'fast-check';
import { credits, formatCredits } from '../../../core/contract/credits';
import type { PastCosts } from '../../../core/contract/cost-range';
import type { PriceRule } from '../../../core/contract/price';
import { byOption, fixed, free, metered } from '../../../core/pricing/prices';
import { missingFor, quotePlan, type PlanSum } from '../../../core/pricing/quote-plan';
import { nameChoice } from '../../../core/pricing/resolve-price';
import { anyPrices } from './arbitrary-prices';

const READ = metered({ base: '1', rates: { kb: '0.1' }, reserve: { units: { kb: 90 } } });

const planned = (rule: PriceRule, count: number, past?: PastCosts, args: unknown[] = [{}]) => ({
  price: { block: 'block', version: '1', rule },
  args,
  count,
  past,
});

const past = (minimum: string, likely: string, maximum: string): PastCosts => ({
  minimum: credits(minimum),
  likely: credits(likely),
  maximum: credits(maximum),
  calls: 50,
});

function show({ minimum, likely, maximum }: PlanSum): string {
  const most = maximum === undefined ? 'none' : formatCredits(maximum);
  return `${formatCredits(minimum)} ${formatCredits(likely)} ${most}`;
}

test('it adds up fixed prices', () => {
  const { lines, cost, needed } = quotePlan([planned(fixed('2'), 3), planned(fixed('0.5'), 4)]);
  expect(lines.map(show)).toEqual(['6 6 6', '2 2 2']);
  expect([show(cost), show(needed)]).toEqual(['8 8 8', '8 8 8']);
});

test('without past calls a metered price is likely to cost what it reserves, and has no maximum', () => {
  const { cost, lines } = quotePlan([planned(READ, 2)]);
  expect(show(cost)).toBe('2 20 none');
  expect(lines[0]?.calls).toBe(0);
});

test('past calls say what is likely, and bound it', () => {
  const { cost, needed, lines } = quotePlan([planned(READ, 10, past('2', '3', '4'))]);
  expect(show(cost)).toBe('20 30 40');
  // The last call needs its whole reserve of 10, though it will cost less.
  expect(show(needed)).toBe('28 37 46');
  expect(lines[0]?.calls).toBe(50);
});

test('past calls never lead out of what the price allows', () => {
  const capped = metered({
    base: '1',
    rates: { kb: '0.1' },
    reserve: { units: { kb: 10 } },
    minimum: '2',
    maximum: '6',
  });
  expect(show(quotePlan([planned(capped, 1, past('0.5', '5', '9'))]).cost)).toBe('2 5 6');
  expect(show(quotePlan([planned(fixed('3'), 1, past('0', '1', '2'))]).cost)).toBe('3 3 3');
});

test('what is missing is what is needed beyond what is available', () => {
  const plan = quotePlan([planned(READ, 10, past('2', '3', '4'))]);
  expect(show(missingFor(plan, credits('37')))).toBe('0 0 9');
  expect(show(missingFor(plan, 0n))).toBe('28 37 46');
});

test.each([0, -1, 1.5, NaN, 1e7])('a count of %p is refused', (count) => {
  expect(() => quotePlan([planned(fixed('1'), count)])).toThrow(
    expect.objectContaining({ code: 'INPUT_INVALID' }),
  );
});

test('calls one after the other, in any order, are never refused with what is needed, and once are with less', () => {
  const line = fc.record({
    reserve: fc.integer({ min: 0, max: 20 }),
    cost: fc.integer({ min: 0, max: 30 }),
    count: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
      const plan = quotePlan(
        lines.map(({ reserve, cost, count }) => {
          const price = metered({ rates: { unit: '1' }, reserve: { credits: String(reserve) } });
          return planned(price, count, past(String(cost), String(cost), String(cost)));
        }),
      );
      const calls = lines.flatMap(({ count, ...one }) =>
        Array.from({ length: count }, () => ({ ...one })),
      );
      const needed = Number(plan.needed.likely / 1_000_000n);
      const orders = calls.map((last) => [...calls.filter((one) => one !== last), last]);
      expect(orders.every((order) => canPay(order, needed))).toBe(true);
      expect(needed === 0 || orders.some((order) => !canPay(order, needed - 1))).toBe(true);
    }),
  );
});

/** Plain arithmetic: each reserve fits, and what a call costs above it is drawn in full. */
function canPay(
  calls: readonly { readonly reserve: number; readonly cost: number }[],
  available: number,
): boolean {
  let left = available;
  for (const { reserve, cost } of calls) {
    if (left < reserve || left < cost) return false;
    left -= cost;
  }
  return true;
}

test('a choice names the cases that were taken, also below a metered price', () => {
  const write = metered({
    base: byOption('model', { small: '1', large: byOption('quality', { draft: '2' }, '3') }),
    rates: { kb: '1' },
    reserve: { credits: '5' },
  });
  expect(nameChoice(write, [{ model: 'small' }])).toBe('model=small');
  expect(nameChoice(write, [{ model: 'large', quality: 'draft' }])).toBe(
    'model=large, quality=draft',
  );
  expect(nameChoice(write, [{ model: 'large' }])).toBe('model=large, quality=otherwise');
  expect(nameChoice(free(), [{ model: 'large' }])).toBe('');
});

test('whatever callers send, a price has only so many choices', () => {
  fc.assert(
    fc.property(anyPrices(), fc.array(fc.string(), { maxLength: 50 }), (rule, models) => {
      const names = new Set(models.map((model) => nameChoice(rule, [{ model }])));
      expect(names.size).toBeLessThanOrEqual(countLeaves(rule));
    }),
  );
});

function countLeaves(rule: PriceRule): number {
  if (rule.kind === 'metered') return countLeaves(rule.base);
  if (rule.kind !== 'option') return 1;
  const cases = Object.values(rule.cases).reduce((sum, one) => sum + countLeaves(one), 0);
  return cases + (rule.otherwise ? countLeaves(rule.otherwise) : 1);
}
