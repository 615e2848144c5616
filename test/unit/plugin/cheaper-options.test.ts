/**
 * The promise: a refused call is shown the other choices that there are credits for, cheapest first,
 * and never one that could not be made.
 */
import { byOption, byOptions, credits, fixed, metered } from '../../../index';
import { findCheaperOptions } from '../../../plugin/cheaper-options';

const find = (rule: Parameters<typeof findCheaperOptions>[0], input: object, available: string) =>
  findCheaperOptions(rule, [input], credits(available));

const model = byOption('model', { small: '1', middle: '2', large: '4' });

it('lists what is affordable, cheapest first', () => {
  expect(find(model, { model: 'large' }, '3')).toEqual([
    { option: 'model', choice: 'small', credits: '1' },
    { option: 'model', choice: 'middle', credits: '2' },
  ]);
});

it('lists nothing when nothing is, or when there are no options', () => {
  expect(find(model, { model: 'large' }, '0.5')).toEqual([]);
  expect(find(fixed('4'), {}, '3')).toEqual([]);
});

it('changes one of several options at a time', () => {
  const rule = byOptions(['model', 'quality'], {
    'small/draft': '1',
    'small/final': '2',
    'large/draft': '3',
    'large/final': '6',
  });
  expect(find(rule, { model: 'large', quality: 'final' }, '3')).toEqual([
    { option: 'model', choice: 'small', credits: '2' },
    { option: 'quality', choice: 'draft', credits: '3' },
  ]);
});

it('leaves out a choice that has no price for the rest of the input', () => {
  const rule = byOptions(['model', 'quality'], { 'small/draft': '1', 'large/final': '6' });
  expect(find(rule, { model: 'large', quality: 'final' }, '5')).toEqual([]);
});

it('counts what a metered price sets aside on top', () => {
  const rule = metered({
    base: byOption('model', { small: '1', large: '4' }),
    rates: { kb: '0.5' },
    reserve: { units: { kb: 4 } },
  });
  expect(find(rule, { model: 'large' }, '3')).toEqual([
    { option: 'model', choice: 'small', credits: '3' },
  ]);
  expect(find(rule, { model: 'large' }, '2')).toEqual([]);
});
