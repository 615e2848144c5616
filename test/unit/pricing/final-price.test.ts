/**
 * What a metered call costs is exact: one rounding up per rate, then the minimum and the maximum. A
 * usage that cannot be priced is refused, never guessed.
 */
import fc from 'fast-check';
import { credits } from '../../../core/contract/credits';
import { finalPrice, meteredUnits } from '../../../core/pricing/final-price';
import { byOption, fixed, free, metered } from '../../../core/pricing/prices';
import { reserveAmount } from '../../../core/pricing/quote';
import { meteredPrices } from './arbitrary-prices';

const perKb = metered({
  base: byOption('model', { small: '1', large: '4' }),
  rates: { kb: '0.01', tokens: { credits: '0.5', per: 1000 } },
  reserve: { units: { kb: 200, tokens: 2000 } },
  minimum: '1.2',
  maximum: '6',
});
const small = [{ model: 'small' }];

it.each([
  ['the minimum when nothing was used', small, {}, '1.2'],
  ['base and units', small, { kb: 50 }, '1.5'],
  ['several units', small, { kb: 50, tokens: 1500 }, '2.25'],
  ['the maximum', [{ model: 'large' }], { kb: 900 }, '6'],
  ['a fractional unit', small, { kb: 20.5 }, '1.205'],
  ['a part of a micro-credit as a whole one', small, { kb: 21, tokens: 0.001 }, '1.210001'],
])('charges %s', (_what, args, usage, expected) => {
  expect(finalPrice(perKb, args, usage)).toBe(credits(expected));
});

it('counts what floating point cannot', () => {
  const price = metered({ rates: { kb: '1' }, reserve: { units: { kb: 1 } } });
  expect(finalPrice(price, [], { kb: 0.1 + 0.2 })).toBe(credits('0.3'));
});

it.each([
  ['negative', { kb: -1 }],
  ['not a number', { kb: Number.NaN }],
  ['infinite', { kb: Infinity }],
  ['absurd', { kb: 1e13 }],
  ['of a unit without a rate', { mb: 1 }],
  ['of a unit named like a part of every object', { constructor: 1 }],
])('refuses usage that is %s', (_what, usage) => {
  expect(() => finalPrice(perKb, small, usage, 'chat')).toThrow(
    expect.objectContaining({
      code: 'METER_INVALID',
      message: expect.stringMatching(/block=chat, unit=/),
    }),
  );
});

it('refuses usage that costs more than any account can hold', () => {
  const price = metered({ rates: { kb: '1000' }, reserve: { units: { kb: 1 } } });
  expect(() => finalPrice(price, [], { kb: 1e12 })).toThrow(
    expect.objectContaining({ code: 'METER_INVALID' }),
  );
});

it.each([
  ['free', free()],
  ['fixed', fixed('2.5')],
  ['chosen', byOption('model', { small: '1' })],
])('charges a %s price as it was reserved, whatever was reported', (_what, price) => {
  expect(finalPrice(price, small, { kb: 3 })).toBe(reserveAmount(price, small));
  expect(() => finalPrice(price, small, { kb: -3 })).toThrow(
    expect.objectContaining({ code: 'METER_INVALID' }),
  );
});

it('says which units a call may report', () => {
  expect(meteredUnits(perKb, small)).toEqual(['kb', 'tokens']);
  expect(meteredUnits(fixed('1'), small)).toBeUndefined();
});

it('stays between minimum and maximum, and grows with use', () => {
  fc.assert(
    fc.property(meteredPrices(), ({ price, units, more }) => {
      const less = finalPrice(price, [], units);
      const grown = Object.fromEntries(
        Object.entries(units).map(([unit, amount]) => [unit, amount + more]),
      );
      expect(finalPrice(price, [], grown)).toBeGreaterThanOrEqual(less);
      if (price.minimum !== undefined) expect(less).toBeGreaterThanOrEqual(credits(price.minimum));
      if (price.maximum !== undefined) expect(less).toBeLessThanOrEqual(credits(price.maximum));
    }),
  );
});

it('never costs more than was reserved while the use is within the bound', () => {
  fc.assert(
    fc.property(meteredPrices(), fc.double({ min: 0, max: 1, noNaN: true }), ({ price }, share) => {
      if (!('units' in price.reserve)) throw new Error('these prices are bounded by units');
      const within = Object.fromEntries(
        Object.entries(price.reserve.units).map(([unit, bound]) => [unit, bound * share]),
      );
      expect(finalPrice(price, [], within)).toBeLessThanOrEqual(reserveAmount(price, []));
      expect(finalPrice(price, [], price.reserve.units)).toBe(reserveAmount(price, []));
    }),
  );
});
