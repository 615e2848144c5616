/**
 * A quote says what a call would reserve and why; an option that has no price is refused with what
 * could have been chosen instead.
 */
import { credits } from '../../../core/contract/credits';
import { byOption, byOptions, fixed, metered } from '../../../core/pricing/prices';
import { quoteCall, reserveAmount } from '../../../core/pricing/quote';

const byModel = byOption('model', { small: '1', large: credits('4') });

it('reserves by an option of the first argument', () => {
  expect(reserveAmount(byModel, [{ model: 'large' }])).toBe(credits('4'));
});

it.each([
  ['a nested field', 'options.model', [{ options: { model: 'small' } }]],
  ['a field of another argument', '1.model', ['prompt', { model: 'small' }]],
  ['an argument itself', '1', ['prompt', 'small']],
])('finds the option in %s', (_what, option, args) => {
  expect(reserveAmount(byOption(option, { small: '3' }), args)).toBe(credits('3'));
});

it('takes numbers and truth values as choices', () => {
  expect(reserveAmount(byOption('pages', { '2': '3' }), [{ pages: 2 }])).toBe(credits('3'));
  expect(reserveAmount(byOption('hd', { true: '5', false: '1' }), [{ hd: true }])).toBe(
    credits('5'),
  );
});

it('prices several options at once', () => {
  const price = byOptions(
    ['model', 'quality'],
    { 'small/draft': '1', 'small/final': '2', 'large/final': '6' },
    '9',
  );
  expect(reserveAmount(price, [{ model: 'small', quality: 'final' }])).toBe(credits('2'));
  expect(reserveAmount(price, [{ model: 'large', quality: 'final' }])).toBe(credits('6'));
  expect(reserveAmount(price, [{ model: 'large', quality: 'draft' }])).toBe(credits('9'));
  expect(reserveAmount(price, [{ model: 'other', quality: 'draft' }])).toBe(credits('9'));
});

it.each([
  ['an unknown choice', { model: 'huge' }, 'huge'],
  ['no choice', {}, '(none)'],
  ['no input', undefined, '(none)'],
  ['an object as a choice', { model: {} }, '(none)'],
  ['the name of a part of every object', { model: 'constructor' }, 'constructor'],
  ['the prototype', { model: '__proto__' }, '__proto__'],
])('refuses %s and names the priced ones', (_what, input, chosen) => {
  expect(() => reserveAmount(byModel, [input], 'ai_text_generator')).toThrow(
    expect.objectContaining({
      code: 'PRICE_OPTION_UNKNOWN',
      details: { block: 'ai_text_generator', option: 'model', chosen, priced: 'small | large' },
    }),
  );
});

it('does not take an inherited field for a choice', () => {
  const input: unknown = Object.create({ model: 'small' });
  expect(() => reserveAmount(byModel, [input])).toThrow(
    expect.objectContaining({ code: 'PRICE_OPTION_UNKNOWN' }),
  );
});

it('quotes a metered call with lines that add up to what it reserves', () => {
  const rule = metered({
    base: byModel,
    rates: { kb: '0.01', tokens: { credits: '1', per: 1000 } },
    reserve: { units: { kb: 200, tokens: 500 } },
    maximum: '6',
  });
  const quote = quoteCall({ block: 'chat', version: 'v1', rule }, [{ model: 'large' }]);
  expect(quote).toEqual({
    block: 'chat',
    version: 'v1',
    reserve: credits('6'),
    minimum: credits('4'),
    maximum: credits('6'),
    options: [{ option: 'model', chosen: 'large' }],
    breakdown: [
      { what: 'base', amount: credits('4') },
      { what: 'kb', units: 200, amount: credits('2') },
      { what: 'tokens', units: 500, amount: credits('0.5') },
      { what: 'maximum', amount: credits('-0.5') },
    ],
  });
});

it('sets aside so many credits in all, but never less than the call is sure to cost', () => {
  const rule = metered({ base: byModel, rates: { kb: '0.01' }, reserve: { credits: '3' } });
  expect(reserveAmount(rule, [{ model: 'small' }])).toBe(credits('3'));
  expect(reserveAmount(rule, [{ model: 'large' }])).toBe(credits('4'));
  expect(
    quoteCall({ block: 'chat', version: 'v1', rule }, [{ model: 'small' }]),
  ).not.toHaveProperty('maximum');
});

it('quotes a fixed price as all it can cost', () => {
  expect(quoteCall({ block: 'list', version: 'v1', rule: fixed('0.5') }, [])).toMatchObject({
    reserve: credits('0.5'),
    minimum: credits('0.5'),
    maximum: credits('0.5'),
  });
});
