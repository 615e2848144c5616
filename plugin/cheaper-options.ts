/**
 * For a call that was refused: which other choices of its options would have been affordable. Only one
 * choice is changed at a time, since the caller chose the others for a reason.
 */
import { formatCredits, type Credits } from '../core/contract/credits';
import { isTollgateError } from '../core/contract/errors';
import type { CheaperOption } from '../core/contract/insufficient-credits';
import type { OptionPrice, PriceRule } from '../core/contract/price';
import { reserveAmount } from '../core/pricing/quote';
import { resolvePrice, type Chosen } from '../core/pricing/resolve-price';

const MAX_SHOWN = 10;

interface Alternative {
  readonly option: string;
  readonly choice: string;
  readonly amount: Credits;
}

/** Cheapest first. */
export function findCheaperOptions(
  rule: PriceRule,
  args: readonly unknown[],
  available: Credits,
): readonly CheaperOption[] {
  return listAlternatives(rule, args, (price) => price)
    .filter(({ amount }) => amount <= available)
    .sort((one, other) => (one.amount < other.amount ? -1 : 1))
    .slice(0, MAX_SHOWN)
    .map(({ option, choice, amount }) => ({ option, choice, credits: formatCredits(amount) }));
}

/** @param complete puts a price back into the one it is a part of. */
function listAlternatives(
  rule: PriceRule,
  args: readonly unknown[],
  complete: (price: PriceRule) => PriceRule,
): Alternative[] {
  const trail: Chosen[] = [];
  const resolved = resolvePrice(rule, args, undefined, trail);
  const found: Alternative[] = [];
  let current = rule;
  for (const { chosen } of trail) {
    if (current.kind !== 'option') break; // The trail has one step for each option that was followed.
    found.push(...otherChoices(current, chosen, args, complete));
    const followed = chosen === undefined ? undefined : current.cases[chosen];
    current = followed ?? current.otherwise ?? resolved;
  }
  if (resolved.kind !== 'metered') return found;
  const inside = (base: PriceRule): PriceRule => complete({ ...resolved, base });
  return [...found, ...listAlternatives(resolved.base, args, inside)];
}

function otherChoices(
  price: OptionPrice,
  chosen: string | undefined,
  args: readonly unknown[],
  complete: (price: PriceRule) => PriceRule,
): Alternative[] {
  return Object.entries(price.cases).flatMap(([choice, alternative]) => {
    const amount = choice === chosen ? undefined : tryQuote(complete(alternative), args);
    return amount === undefined ? [] : [{ option: price.option, choice, amount }];
  });
}

/** A nested option may have no price for what the input chose. */
function tryQuote(rule: PriceRule, args: readonly unknown[]): Credits | undefined {
  try {
    return reserveAmount(rule, args);
  } catch (error) {
    if (isTollgateError(error, 'PRICE_OPTION_UNKNOWN')) return undefined;
    throw error;
  }
}
