/** Promise: a figure is the median of ratios taken inside one round, and nothing unmeasured counts as zero. */
import {
  median,
  medianOf,
  medianRatio,
  percentile,
  roundFigure,
} from '../../../bench/measure/median';

describe('the median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
    [[10, 9, 100], 10],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('passes over what could not be measured', () => {
    expect(medianOf([null, 4, NaN, 2])).toBe(3);
    expect(medianOf([null, NaN])).toBeNull();
  });

  it('of ratios pairs the values of one round', () => {
    // The medians' ratio would be 2: the second round was slow for both.
    expect(medianRatio([100, 10, 90], [50, 2, 30])).toBe(3);
  });

  it('of ratios leaves out a round that lacks a side', () => {
    expect(medianRatio([10, null, 30], [5, 5])).toBe(2);
    expect(medianRatio([10], [0])).toBeNull();
    expect(medianRatio([], [])).toBeNull();
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('at %d is a value that was seen', (share, expected) => {
    expect(percentile(hundred, share)).toBe(expected);
  });

  it('of nothing is not a number', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

it('a figure keeps three significant digits', () => {
  expect([0.98765, 1234.5, 25.04].map(roundFigure)).toEqual([0.988, 1230, 25]);
});
