/**
 * Follows the options of a price down to what a call with these arguments really has: free, fixed or
 * metered. The values come from whoever calls the block, so only own properties are looked at.
 */
import { credits, type Credits } from '../contract/credits';
import { TollgateError } from '../contract/errors';
import type { FixedPrice, FreePrice, MeteredPrice, PriceRule } from '../contract/price';

/** A field of the input that decided the price, and what was chosen. */
export interface Chosen {
  readonly option: string;
  readonly chosen: string | undefined;
}

const MAX_SHOWN_CHOICE = 100;

/**
 * @param trail receives each option that was followed, in order.
 * @throws PRICE_OPTION_UNKNOWN
 */
export function resolvePrice(
  rule: PriceRule,
  args: readonly unknown[],
  block?: string,
  trail?: Chosen[],
): FreePrice | FixedPrice | MeteredPrice {
  let current = rule;
  while (current.kind === 'option') {
    const chosen = readChoice(args, current.option);
    trail?.push({ option: current.option, chosen });
    const next =
      chosen !== undefined && Object.hasOwn(current.cases, chosen)
        ? current.cases[chosen]
        : undefined;
    const followed: PriceRule | undefined = next ?? current.otherwise;
    if (!followed) throw refuseChoice(current.option, chosen, Object.keys(current.cases), block);
    current = followed;
  }
  return current;
}

/**
 * Which of its price's options a call chose, such as `model=large`; empty where the price has none. What no
 * case names is `otherwise`, so there are only so many names of a price, whatever callers send.
 */
export function nameChoice(rule: PriceRule, args: readonly unknown[]): string {
  if (rule.kind === 'metered') return nameChoice(rule.base, args);
  if (rule.kind !== 'option') return '';
  const chosen = readChoice(args, rule.option);
  const isCase = chosen !== undefined && Object.hasOwn(rule.cases, chosen);
  const next = isCase ? rule.cases[chosen] : rule.otherwise;
  const rest = next ? nameChoice(next, args) : '';
  return `${rule.option}=${isCase ? chosen : 'otherwise'}${rest && ', '}${rest}`;
}

/** What the call costs before anything is metered; a metered price has its base and its minimum. */
export function baseAmount(rule: PriceRule, args: readonly unknown[], block?: string): Credits {
  const resolved = resolvePrice(rule, args, block);
  if (resolved.kind === 'free') return 0n;
  if (resolved.kind === 'fixed') return credits(resolved.credits);
  return clampAmount(resolved, baseAmount(resolved.base, args, block));
}

export function clampAmount(rule: MeteredPrice, amount: Credits): Credits {
  const minimum = rule.minimum === undefined ? 0n : credits(rule.minimum);
  const raised = amount < minimum ? minimum : amount;
  if (rule.maximum === undefined) return raised;
  const maximum = credits(rule.maximum);
  return raised > maximum ? maximum : raised;
}

/** `model` looks in the first argument, `1.model` in the second; `0` is the first argument itself. */
function readChoice(args: readonly unknown[], path: string): string | undefined {
  const names = path.split('.');
  const numbered = /^\d+$/.test(names[0] ?? '');
  let value: unknown = args[numbered ? Number(names[0]) : 0];
  for (const name of numbered ? names.slice(1) : names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    // An own property of an object, as was just checked.
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  const isPlain =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isPlain ? String(value) : undefined;
}

function refuseChoice(
  option: string,
  chosen: string | undefined,
  choices: readonly string[],
  block: string | undefined,
): TollgateError {
  return new TollgateError('PRICE_OPTION_UNKNOWN', {
    ...(block === undefined ? {} : { block }),
    option,
    chosen: chosen === undefined ? '(none)' : chosen.slice(0, MAX_SHOWN_CHOICE),
    priced: choices.join(' | '),
  });
}
