/**
 * How an author writes a price. Each function gives plain data (a {@link PriceRule}) and refuses a
 * bad price at once, so that it fails when the module is loaded and not when the block is called.
 */
import { formatCredits, type Credits, type CreditsText } from '../contract/credits';
import type {
  FixedPrice,
  FreePrice,
  MeteredPrice,
  OptionPrice,
  PriceRule,
} from '../contract/price';
import { refusePrice, validatePriceRule } from './validate-price-rule';

/** Micro-credits (`credits('1.5')`) or their decimal text (`'1.5'`). */
export type Amount = Credits | CreditsText;

/** A price inside another price: a rule, or an amount that stands for a fixed price. */
export type PriceInput = PriceRule | Amount;

export interface MeteredInput {
  /** Charged once per call, whatever was metered. Default: nothing. */
  readonly base?: PriceInput;
  /** Credits per unit, or per so many units: `{ tokens: { credits: '0.5', per: 1000 } }`. */
  readonly rates: Readonly<
    Record<string, Amount | { readonly credits: Amount; readonly per: number }>
  >;
  /** What a call sets aside: for so many units of each rate, or so many credits in all. */
  readonly reserve:
    { readonly units: Readonly<Record<string, number>> } | { readonly credits: Amount };
  readonly minimum?: Amount;
  readonly maximum?: Amount;
}

/** Costs nothing, and says so: a block without a price is refused. */
export function free(): FreePrice {
  return { kind: 'free' };
}

/** The same for every call: `fixed('1.5')`. */
export function fixed(amount: Amount): FixedPrice {
  return checked<FixedPrice>({ kind: 'fixed', credits: toText(amount) });
}

/** By a field of the input: `byOption('model', { small: '1', large: '4' })`. */
export function byOption(
  option: string,
  cases: Readonly<Record<string, PriceInput>>,
  otherwise?: PriceInput,
): OptionPrice {
  return checked<OptionPrice>({
    kind: 'option',
    option,
    cases: Object.fromEntries(
      Object.entries(cases).map(([choice, price]) => [choice, toRule(price)]),
    ),
    ...(otherwise === undefined ? {} : { otherwise: toRule(otherwise) }),
  });
}

/**
 * By several fields at once, the choices joined by `/`:
 * `byOptions(['model', 'quality'], { 'small/draft': '1', 'small/final': '2', 'large/final': '6' })`.
 */
export function byOptions(
  options: readonly string[],
  cases: Readonly<Record<string, PriceInput>>,
  otherwise?: PriceInput,
): OptionPrice {
  const [option, ...rest] = options;
  if (option === undefined)
    return refusePrice({ field: 'price.option' }, 'must name at least one field');
  if (rest.length === 0) return byOption(option, cases, otherwise);
  const groups = new Map<string, Record<string, PriceInput>>();
  for (const [choices, price] of Object.entries(cases)) {
    const parts = choices.split('/');
    if (parts.length !== options.length) {
      refusePrice(
        { field: `price.cases.${choices}` },
        `must give a choice for each of ${options.join('/')}`,
      );
    }
    // The length was checked just above, and there are at least two options here.
    const first = parts[0] as string;
    groups.set(first, { ...groups.get(first), [parts.slice(1).join('/')]: price });
  }
  const nested = [...groups].map(
    ([first, inner]) => [first, byOptions(rest, inner, otherwise)] as const,
  );
  return byOption(option, Object.fromEntries(nested), otherwise);
}

/** A base plus what the block reports while it runs; see {@link MeteredInput}. */
export function metered(input: MeteredInput): MeteredPrice {
  const { base = free(), rates, reserve, minimum, maximum } = input;
  return checked<MeteredPrice>({
    kind: 'metered',
    base: toRule(base),
    rates: Object.fromEntries(Object.entries(rates).map(([unit, rate]) => [unit, toRate(rate)])),
    reserve: 'credits' in reserve ? { credits: toText(reserve.credits) } : reserve,
    ...(minimum === undefined ? {} : { minimum: toText(minimum) }),
    ...(maximum === undefined ? {} : { maximum: toText(maximum) }),
  });
}

function toRule(price: PriceInput): PriceRule {
  return typeof price === 'object' ? price : { kind: 'fixed', credits: toText(price) };
}

function toRate(rate: MeteredInput['rates'][string]): MeteredPrice['rates'][string] {
  return typeof rate === 'object'
    ? { credits: toText(rate.credits), per: rate.per }
    : { credits: toText(rate), per: 1 };
}

function toText(amount: Amount): CreditsText {
  return typeof amount === 'bigint' ? formatCredits(amount) : amount;
}

/** Validation keeps the kind, so the copy it returns has the type that went in. */
function checked<Rule extends PriceRule>(rule: Rule): Rule {
  return validatePriceRule(undefined, rule) as Rule;
}
