/**
 * Reads a price rule from anywhere (code, JSON, a pinned price) and gives back a clean copy of it, or
 * throws PRICE_INVALID with the block and the path of the field that is wrong. Everything after this
 * point trusts a rule, so whatever must hold of one is said here.
 */
import { credits, formatCredits, type Credits } from '../contract/credits';
import { TollgateError, isTollgateError } from '../contract/errors';
import type { MeteredPrice, OptionPrice, PriceRule } from '../contract/price';
import { MAX_UNITS } from './units';

const MAX_RULE_DEPTH = 8;
const MAX_CASES = 1_000;
const MAX_RATES = 50;

/** Where in which block's price we are, for messages. */
export interface PricePlace {
  readonly block?: string | undefined;
  readonly field: string;
}

/** @throws PRICE_INVALID */
export function validatePriceRule(
  block: string | undefined,
  rule: unknown,
  field = 'price',
): PriceRule {
  return readRule(rule, { block, field }, 0);
}

export function refusePrice(place: PricePlace, reason: string): never {
  const { block, field } = place;
  throw new TollgateError(
    'PRICE_INVALID',
    { ...(block === undefined ? {} : { block }), field },
    {
      message: `A price is not valid: "${field}" ${reason}`,
    },
  );
}

function readRule(rule: unknown, place: PricePlace, depth: number): PriceRule {
  if (depth > MAX_RULE_DEPTH) refusePrice(place, `is nested deeper than ${MAX_RULE_DEPTH} levels`);
  const fields = readObject(rule, place);
  switch (fields['kind']) {
    case 'free':
      refuseOtherFields(fields, ['kind'], place);
      return { kind: 'free' };
    case 'fixed':
      refuseOtherFields(fields, ['kind', 'credits'], place);
      return {
        kind: 'fixed',
        credits: formatCredits(readAmount(fields['credits'], inside(place, 'credits'))),
      };
    case 'option':
      return readOption(fields, place, depth);
    case 'metered':
      return readMetered(fields, place, depth);
    default:
      return refusePrice(inside(place, 'kind'), 'must be one of free, fixed, option, metered');
  }
}

function readOption(fields: Fields, place: PricePlace, depth: number): OptionPrice {
  refuseOtherFields(fields, ['kind', 'option', 'cases', 'otherwise'], place);
  const option = fields['option'];
  if (typeof option !== 'string' || !/^[^.\s]+(\.[^.\s]+)*$/.test(option)) {
    return refusePrice(
      inside(place, 'option'),
      'must name a field of the input, such as "model" or "options.model"',
    );
  }
  const at = inside(place, 'cases');
  const cases = Object.entries(readObject(fields['cases'], at));
  if (cases.length === 0) refusePrice(at, 'must price at least one choice');
  if (cases.length > MAX_CASES) refusePrice(at, `may price at most ${MAX_CASES} choices`);
  const otherwise = fields['otherwise'];
  return {
    kind: 'option',
    option,
    cases: Object.fromEntries(
      cases.map(([choice, rule]) => [choice, readRule(rule, inside(at, choice), depth + 1)]),
    ),
    ...(otherwise === undefined
      ? {}
      : { otherwise: readRule(otherwise, inside(place, 'otherwise'), depth + 1) }),
  };
}

function readMetered(fields: Fields, place: PricePlace, depth: number): MeteredPrice {
  refuseOtherFields(fields, ['kind', 'base', 'rates', 'reserve', 'minimum', 'maximum'], place);
  const base = readRule(fields['base'], inside(place, 'base'), depth + 1);
  if (holdsMetered(base)) refusePrice(inside(place, 'base'), 'must not be metered itself');
  const rates = readRates(fields['rates'], inside(place, 'rates'));
  const minimum = readOptionalAmount(fields['minimum'], inside(place, 'minimum'));
  const maximum = readOptionalAmount(fields['maximum'], inside(place, 'maximum'));
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    refusePrice(
      inside(place, 'minimum'),
      `must not be above the maximum of ${formatCredits(maximum)}`,
    );
  }
  const reserve = readReserve(fields['reserve'], rates, inside(place, 'reserve'));
  if ('credits' in reserve && maximum !== undefined && credits(reserve.credits) > maximum) {
    refusePrice(
      inside(place, 'reserve.credits'),
      `must not be above the maximum of ${formatCredits(maximum)}`,
    );
  }
  return {
    kind: 'metered',
    base,
    rates,
    reserve,
    ...(minimum === undefined ? {} : { minimum: formatCredits(minimum) }),
    ...(maximum === undefined ? {} : { maximum: formatCredits(maximum) }),
  };
}

function readRates(value: unknown, place: PricePlace): MeteredPrice['rates'] {
  const rates = Object.entries(readObject(value, place));
  if (rates.length === 0) refusePrice(place, 'must name at least one unit');
  if (rates.length > MAX_RATES) refusePrice(place, `may name at most ${MAX_RATES} units`);
  return Object.fromEntries(
    rates.map(([unit, rate]) => {
      const at = inside(place, unit);
      if (unit.trim() === '') refusePrice(at, 'must have a name');
      const fields = readObject(rate, at);
      refuseOtherFields(fields, ['credits', 'per'], at);
      const amount = readAmount(fields['credits'], inside(at, 'credits'));
      const per = readUnits(fields['per'], inside(at, 'per'));
      if (per === 0) refusePrice(inside(at, 'per'), 'must be above zero');
      return [unit, { credits: formatCredits(amount), per }];
    }),
  );
}

/** Every unit that is charged must be bounded, or a call would reserve less than it is sure to use. */
function readReserve(
  value: unknown,
  rates: MeteredPrice['rates'],
  place: PricePlace,
): MeteredPrice['reserve'] {
  const fields = readObject(value, place);
  refuseOtherFields(fields, ['units', 'credits'], place);
  if ('units' in fields === 'credits' in fields)
    refusePrice(place, 'must give either "units" or "credits"');
  if ('credits' in fields)
    return { credits: formatCredits(readAmount(fields['credits'], inside(place, 'credits'))) };
  const at = inside(place, 'units');
  const units = readObject(fields['units'], at);
  const missing = Object.keys(rates).find((unit) => !Object.hasOwn(units, unit));
  if (missing !== undefined)
    refusePrice(inside(at, missing), 'is missing: every unit that has a rate needs a bound');
  return {
    units: Object.fromEntries(
      Object.entries(units).map(([unit, amount]) => {
        const spot = inside(at, unit);
        if (!Object.hasOwn(rates, unit)) refusePrice(spot, 'has no rate');
        return [unit, readUnits(amount, spot)];
      }),
    ),
  };
}

function holdsMetered(rule: PriceRule): boolean {
  if (rule.kind === 'metered') return true;
  if (rule.kind !== 'option') return false;
  const rules = rule.otherwise
    ? [...Object.values(rule.cases), rule.otherwise]
    : Object.values(rule.cases);
  return rules.some(holdsMetered);
}

function readAmount(value: unknown, place: PricePlace): Credits {
  if (typeof value !== 'string')
    return refusePrice(place, 'must be an amount of credits as text, such as "1.5"');
  try {
    const amount = credits(value);
    if (amount < 0n) refusePrice(place, `must not be negative, but is "${value}"`);
    return amount;
  } catch (error) {
    if (!isTollgateError(error, 'AMOUNT_INVALID')) throw error;
    return refusePrice(
      place,
      `must be a plain decimal with at most six decimals, but is "${value.slice(0, 50)}"`,
    );
  }
}

function readOptionalAmount(value: unknown, place: PricePlace): Credits | undefined {
  return value === undefined ? undefined : readAmount(value, place);
}

function readUnits(value: unknown, place: PricePlace): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= MAX_UNITS)) {
    return refusePrice(place, `must be a number from 0 to ${MAX_UNITS}`);
  }
  if (Number(value.toFixed(6)) !== value) refusePrice(place, 'may have at most six decimals');
  return value;
}

type Fields = Readonly<Record<string, unknown>>;

function readObject(value: unknown, place: PricePlace): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refusePrice(place, value === undefined ? 'is missing' : 'must be an object');
  }
  // Any object can be looked at by key; its values stay unknown until they are read.
  return value as Fields;
}

/** A misspelt optional field (`minium`) would otherwise be a silent price change. */
function refuseOtherFields(fields: Fields, known: readonly string[], place: PricePlace): void {
  const other = Object.keys(fields).find((name) => !known.includes(name));
  if (other !== undefined)
    refusePrice(inside(place, other), `is not a field here; there are ${known.join(', ')}`);
}

function inside(place: PricePlace, name: string): PricePlace {
  return { block: place.block, field: `${place.field}.${name}` };
}
