/** A change of packs survives the subscription's metadata; anything else there is not taken for one. */
import {
  CHANGE_METADATA,
  decodePackChange,
  encodePackChange,
  type PackChange,
} from '../../../core/contract/pack-change';
import { stepDownOf } from '../../../core/billing/step-down';
import { unusedValue, timeValue } from '../../../core/billing/unused-value';
import type { Purchase } from '../../../core/billing/purchases';
import { DEFAULT_CATALOGUE, requireSoldPack } from '../../../core/billing/plans';

const CHANGE: PackChange = {
  id: 'change-1',
  from: 'agent-1000',
  to: null,
  at: 1_800_000_000,
  unused: 'time-and-credits',
};

test('what is written is what is read, and fits into Stripe’s metadata', () => {
  expect(CHANGE_METADATA.length).toBeLessThanOrEqual(40);
  expect(encodePackChange(CHANGE).length).toBeLessThanOrEqual(500);
  expect(decodePackChange(encodePackChange(CHANGE))).toEqual(CHANGE);
});

test.each([
  undefined,
  '',
  'change-1',
  'null',
  '{}',
  encodePackChange({ ...CHANGE, id: '' }),
  encodePackChange(CHANGE).replace('time-and-credits', 'all'),
])('%p is not a change', (text) => {
  expect(decodePackChange(text)).toBeUndefined();
});

describe('what is unused', () => {
  const period = { start: 0, end: 30 * 86_400 };
  const bought: Purchase = {
    key: 'il_1',
    grantKey: 'il_1',
    brings: true,
    subscription: 'sub_1',
    invoice: 'in_1',
    pack: requireSoldPack(DEFAULT_CATALOGUE, 'agent-1000'),
    period,
    paysFrom: 0,
    paidAt: 0,
    late: false,
    net: 220_00n,
    gross: 220_00n,
  };

  test.each([
    ['half of the time, all of the credits', 15, 1_000n, 110_00],
    ['all of the time, half of the credits', 0, 500n, 110_00],
    ['one credit', 0, 1n, 22],
    ['no time', 30, 1_000n, 0],
    ['a moment after the period', 31, 1_000n, 0],
    ['a moment before the period', -1, 1_000n, 220_00],
  ])('%s', (_what, days, credits, value) => {
    expect(unusedValue(220_00, credits * 1_000_000n, bought, days * 86_400)).toBe(value);
  });

  test('a discount lowers both', () => {
    const half = { ...bought, net: 110_00n };
    expect(unusedValue(220_00, 500_000_000n, half, 0)).toBe(55_00);
  });

  test('bought for the last ten days, it is worth what these ten days cost', () => {
    const late = { ...bought, paysFrom: 20 * 86_400, net: 73_33n, gross: 73_33n };
    expect(unusedValue(220_00, 1_000_000_000n, late, 25 * 86_400)).toBe(36_66);
    expect(unusedValue(220_00, 1_000_000_000n, late, 20 * 86_400)).toBe(73_33);
  });

  test.each([
    ['five minutes before its pack was bought, by a clock that is late', -300, true],
    ['long before', -600, false],
    ['within the period', 86_400, true],
    ['when the period is over', period.end, false],
  ])('a step down %s (%p s): credited is %p', (_when, at, credited) => {
    const change = { ...CHANGE, at };
    const subscription = { id: 'sub_1', status: 'active', createdAt: 0, items: [], change };
    const life = { subscription, phase: 'running', purchases: [bought] } as const;
    expect(stepDownOf(DEFAULT_CATALOGUE, life)?.bought).toEqual(credited ? bought : undefined);
  });

  test('time is rounded down', () => {
    expect(timeValue(100, { start: 0, end: 3 }, 1)).toBe(66);
  });
});
