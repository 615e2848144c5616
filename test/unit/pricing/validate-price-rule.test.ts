/**
 * A price that is not valid is refused where it is written, with the block and the field that is wrong.
 */
import fc from 'fast-check';
import type { PriceRule } from '../../../core/contract/price';
import { byOption, byOptions, fixed, metered } from '../../../core/pricing/prices';
import { validatePriceRule } from '../../../core/pricing/validate-price-rule';
import { anyPrices } from './arbitrary-prices';

const bounded = { rates: { kb: '0.01' }, reserve: { units: { kb: 200 } } };
const kb = { credits: '1', per: 1 };
const rule = (change: object) => ({
  kind: 'metered',
  base: { kind: 'free' },
  rates: { kb },
  reserve: { units: { kb: 1 } },
  ...change,
});
const chooses = (cases: object) => ({ kind: 'option', option: 'model', cases });

function nest(levels: number): PriceRule {
  return levels === 0
    ? fixed('1')
    : { kind: 'option', option: 'model', cases: { a: nest(levels - 1) } };
}

it.each<[string, unknown, RegExp]>([
  ['nothing', undefined, /"price" is missing/],
  ['a list', [], /"price" must be an object/],
  ['another kind', { kind: 'auction' }, /"price.kind" must be one of free, fixed/],
  [
    'too many decimals',
    { kind: 'fixed', credits: '0.0000001' },
    /"price.credits" must be a plain decimal/,
  ],
  ['a negative amount', { kind: 'fixed', credits: '-1' }, /"price.credits" must not be negative/],
  ['a number for an amount', { kind: 'fixed', credits: 1 }, /"price.credits" must be an amount/],
  ['a misspelt field', { kind: 'fixed', credit: '1' }, /"price.credit" is not a field/],
  [
    'an option without a name',
    { ...chooses({ a: fixed('1') }), option: '' },
    /"price.option" must name/,
  ],
  ['no cases', chooses({}), /"price.cases" must price at least one/],
  [
    'a bad case',
    chooses({ a: { kind: 'fixed', credits: 'x' } }),
    /"price.cases.a.credits" must be/,
  ],
  ['rules nested without end', nest(9), /nested deeper than 8/],
  ['no rates', rule({ rates: {} }), /"price.rates" must name at least one unit/],
  [
    'a rate per nothing',
    rule({ rates: { kb: { credits: '1', per: 0 } } }),
    /"price.rates.kb.per" must be above/,
  ],
  [
    'a rate per NaN',
    rule({ rates: { kb: { credits: '1', per: NaN } } }),
    /"price.rates.kb.per" must be a number/,
  ],
  [
    'a unit without a bound',
    rule({ rates: { kb, mb: kb } }),
    /"price.reserve.units.mb" is missing/,
  ],
  [
    'a bound without a rate',
    rule({ reserve: { units: { kb: 1, mb: 1 } } }),
    /"price.reserve.units.mb" has no rate/,
  ],
  ['no bound', rule({ reserve: {} }), /"price.reserve" must give either/],
  [
    'two bounds',
    rule({ reserve: { credits: '1', units: { kb: 1 } } }),
    /"price.reserve" must give either/,
  ],
  [
    'a minimum above the maximum',
    rule({ minimum: '2', maximum: '1' }),
    /"price.minimum" must not be above/,
  ],
  [
    'a bound above the maximum',
    rule({ reserve: { credits: '2' }, maximum: '1' }),
    /"price.reserve.credits" must not be above/,
  ],
  ['a metered base', rule({ base: rule({}) }), /"price.base" must not be metered/],
])('refuses %s', (_what, given, message) => {
  expect(() => validatePriceRule('chat', given)).toThrow(
    expect.objectContaining({
      code: 'PRICE_INVALID',
      message: expect.stringMatching(message),
      details: expect.objectContaining({ block: 'chat' }),
    }),
  );
});

it.each([
  ['fixed', () => fixed('1.1234567')],
  ['byOption', () => byOption('model', { small: '-1' })],
  ['byOptions without options', () => byOptions([], {})],
  ['byOptions with a choice too few', () => byOptions(['model', 'quality'], { small: '1' })],
  ['metered', () => metered({ ...bounded, minimum: '2', maximum: '1' })],
])('refuses a bad price where it is written: %s', (_what, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'PRICE_INVALID' }));
});

it('keeps a price whole on its way through JSON', () => {
  fc.assert(
    fc.property(anyPrices(), (price) => {
      expect(validatePriceRule('chat', JSON.parse(JSON.stringify(price)))).toEqual(price);
    }),
  );
});

it('keeps a choice that is named like the prototype a plain choice', () => {
  const price = validatePriceRule(
    'chat',
    JSON.parse('{"kind":"option","option":"model","cases":{"__proto__":{"kind":"free"}}}'),
  );
  expect(price.kind === 'option' && Object.keys(price.cases)).toEqual(['__proto__']);
});
