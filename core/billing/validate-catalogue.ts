/**
 * Reads a catalogue from anywhere and gives back a clean copy of it, or throws PLANS_INVALID with the
 * path of the field that is wrong. What must hold of a catalogue is said here.
 */
import { credits, formatCredits, type CreditsText } from '../contract/credits';
import { TollgateError, isTollgateError } from '../contract/errors';
import type { BillingPolicies, Catalogue, Pack, Sold, TopUp } from '../contract/plans';

const MAX_PLANS = 100;
const MAX_PRICE = 99_999_999;
const MAX_PRIORITY = 32_767;
const NAME = /^\S(.{0,98}\S)?$/;
const KEY = /^[a-z0-9][a-z0-9._-]{0,62}$/;

type Fields = Readonly<Record<string, unknown>>;

/** @throws PLANS_INVALID */
export function validateCatalogue(value: unknown): Catalogue {
  const names = ['currency', 'free', 'packs', 'pro', 'topUps', 'policies', 'burn'];
  const fields = readObject(value, 'catalogue', names);
  const { currency } = fields;
  if (typeof currency !== 'string' || !/^[a-z]{3}$/.test(currency)) {
    return refuse('currency', 'must be three lower-case letters, such as usd');
  }
  const free = readObject(fields['free'], 'free', ['daily', 'cap']);
  const catalogue: Catalogue = {
    currency,
    free: {
      daily: readCredits(free['daily'], 'free.daily', 0n),
      cap: readCredits(free['cap'], 'free.cap', 0n),
    },
    packs: readList(fields['packs'], 'packs').map(readPack),
    ...(fields['pro'] === undefined ? {} : { pro: readSold(fields['pro'], 'pro', []) }),
    topUps: readList(fields['topUps'], 'topUps').map(readTopUp),
    policies: readPolicies(fields['policies']),
    burn: readBurn(fields['burn']),
  };
  refuseContradictions(catalogue);
  return catalogue;
}

function readPack(value: unknown, place: number): Pack {
  const at = `packs[${place}]`;
  const fields = readObject(value, at);
  const { retired } = fields;
  if (retired !== undefined && typeof retired !== 'boolean') {
    refuse(`${at}.retired`, 'must be true or false');
  }
  return {
    ...readSold(value, at, ['allowance', 'retired']),
    allowance: readCredits(fields['allowance'], `${at}.allowance`, 1n),
    ...(retired === true ? { retired } : {}),
  };
}

function readTopUp(value: unknown, place: number): TopUp {
  const at = `topUps[${place}]`;
  const fields = readObject(value, at);
  return {
    ...readSold(value, at, ['credits']),
    credits: readCredits(fields['credits'], `${at}.credits`, 1n),
  };
}

function readSold(value: unknown, at: string, more: readonly string[]): Sold {
  const fields = readObject(value, at, ['key', 'name', 'lookupKey', 'price', ...more]);
  return {
    key: readText(fields['key'], `${at}.key`, KEY, 'lower-case letters, digits, ".", "_" and "-"'),
    name: readText(fields['name'], `${at}.name`, NAME, '1 to 100 characters'),
    lookupKey: readText(fields['lookupKey'], `${at}.lookupKey`, /^\S{1,200}$/, 'without spaces'),
    price: readWhole(fields['price'], `${at}.price`, 1, MAX_PRICE),
  };
}

function readPolicies(value: unknown): BillingPolicies {
  const names = [
    'upgradeBilling',
    'unused',
    'graceDays',
    'autoTopUpMaxDeclines',
    'autoTopUpRetryHours',
  ];
  const fields = readObject(value, 'policies', names);
  const inside = (name: string): readonly [unknown, string] => [fields[name], `policies.${name}`];
  return {
    upgradeBilling: readOneOf(...inside('upgradeBilling'), [
      'keep-period',
      'restart-period',
    ] as const),
    unused: readOneOf(...inside('unused'), ['time-and-credits', 'time'] as const),
    graceDays: readWhole(...inside('graceDays'), 1, 90),
    autoTopUpMaxDeclines: readWhole(...inside('autoTopUpMaxDeclines'), 1, 10),
    autoTopUpRetryHours: readWhole(...inside('autoTopUpRetryHours'), 1, 168),
  };
}

function readBurn(value: unknown): Catalogue['burn'] {
  const fields = readObject(value, 'burn', ['pack', 'topUp']);
  return {
    pack: readWhole(fields['pack'], 'burn.pack', -MAX_PRIORITY, MAX_PRIORITY),
    topUp: readWhole(fields['topUp'], 'burn.topUp', -MAX_PRIORITY, MAX_PRIORITY),
  };
}

/** What no single field can say: names that collide, and packs whose order is not clear. */
function refuseContradictions({ free, packs, pro, topUps }: Catalogue): void {
  if (credits(free.daily) > credits(free.cap)) refuse('free.daily', 'may not be above free.cap');
  const sold = [...packs, ...(pro ? [pro] : []), ...topUps];
  for (const field of ['key', 'lookupKey'] as const) {
    const seen = new Set<string>(field === 'key' ? ['free'] : []);
    for (const one of sold) {
      if (seen.has(one[field])) refuse(field, `"${one[field]}" is used twice or reserved`);
      seen.add(one[field]);
    }
  }
  packs.forEach((pack, place) => {
    const before = packs[place - 1];
    if (!before) return;
    if (credits(pack.allowance) <= credits(before.allowance)) {
      refuse(`packs[${place}].allowance`, 'must be larger than that of the pack before it');
    }
    if (pack.price <= before.price) {
      refuse(`packs[${place}].price`, 'must be higher than that of the pack before it');
    }
  });
}

function readObject(value: unknown, at: string, names?: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(at, 'must be an object');
  }
  const unknown = names && Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) refuse(`${at}.${unknown}`, 'is not known');
  return value as Fields; // an object that is no array has string keys
}

function readList(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) return refuse(at, 'must be a list');
  return value.length > MAX_PLANS ? refuse(at, `may hold at most ${MAX_PLANS}`) : value;
}

function readCredits(value: unknown, at: string, least: bigint): CreditsText {
  try {
    const amount = credits(typeof value === 'string' ? value : '');
    return amount < least ? refuse(at, 'is too small') : formatCredits(amount);
  } catch (error) {
    if (isTollgateError(error, 'PLANS_INVALID')) throw error;
    return refuse(at, 'must be an amount of credits in quotes, such as "200"');
  }
}

function readText(value: unknown, at: string, pattern: RegExp, rule: string): string {
  return typeof value === 'string' && pattern.test(value)
    ? value
    : refuse(at, `must be text: ${rule}`);
}

function readWhole(value: unknown, at: string, least: number, most: number): number {
  const fits = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  return fits ? Number(value) : refuse(at, `must be a whole number from ${least} to ${most}`);
}

function readOneOf<Choice extends string>(
  value: unknown,
  at: string,
  choices: readonly Choice[],
): Choice {
  const chosen = choices.find((choice) => choice === value);
  return chosen ?? refuse(at, `must be one of ${choices.join(', ')}`);
}

function refuse(field: string, reason: string): never {
  throw new TollgateError(
    'PLANS_INVALID',
    { field },
    { message: `The plans are not valid: "${field}" ${reason}.` },
  );
}
