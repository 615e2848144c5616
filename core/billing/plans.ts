/**
 * The default catalogue, and finding plans in one. An operator writes a catalogue of the same shape
 * and passes it through `defineCatalogue`; everything after that point trusts it.
 */
import { credits, type Credits } from '../contract/credits';
import { TollgateError } from '../contract/errors';
import type { Catalogue, Pack, Sold, TopUp } from '../contract/plans';
import { validateCatalogue } from './validate-catalogue';

/** @throws PLANS_INVALID with the field that is wrong */
export function defineCatalogue(catalogue: unknown): Catalogue {
  return validateCatalogue(catalogue);
}

export const DEFAULT_CATALOGUE: Catalogue = defineCatalogue({
  currency: 'usd',
  free: { daily: '5', cap: '30' },
  packs: [
    agentPack('200', 50_00),
    agentPack('1000', 220_00),
    agentPack('2500', 500_00),
    agentPack('5000', 900_00),
    agentPack('10000', 1700_00),
  ],
  pro: { key: 'pro', name: 'Pro', lookupKey: 'tollgate_pro', price: 99_00 },
  // At the unit price of the smallest pack.
  topUps: [topUp('100', 25_00), topUp('500', 125_00), topUp('1000', 250_00)],
  policies: {
    upgradeBilling: 'keep-period',
    unused: 'time-and-credits',
    graceDays: 8,
    autoTopUpMaxDeclines: 3,
    autoTopUpRetryHours: 24,
  },
  burn: { pack: -10, topUp: 0 },
});

function agentPack(allowance: string, price: number): Pack {
  const name = `Agent ${withThousands(allowance)}`;
  return {
    key: `agent-${allowance}`,
    name,
    lookupKey: `tollgate_agent_${allowance}`,
    price,
    allowance,
  };
}

function topUp(size: string, price: number): TopUp {
  const name = `${withThousands(size)} credits`;
  return {
    key: `top-up-${size}`,
    name,
    lookupKey: `tollgate_top_up_${size}`,
    price,
    credits: size,
  };
}

function withThousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

export function findPack(catalogue: Catalogue, key: string | null): Pack | undefined {
  return catalogue.packs.find((pack) => pack.key === key);
}

/** @throws PLAN_UNKNOWN also for a pack that is no longer sold */
export function requireSoldPack(catalogue: Catalogue, key: string): Pack {
  const pack = findPack(catalogue, key);
  if (!pack || pack.retired === true) throw unknownPlan(key);
  return pack;
}

/** @throws PLAN_UNKNOWN */
export function requireTopUp(catalogue: Catalogue, key: string): TopUp {
  const found = catalogue.topUps.find((one) => one.key === key);
  if (!found) throw unknownPlan(key);
  return found;
}

/** Everything with a price at Stripe, for setting an account there up and for reading its prices. */
export function everythingSold({ packs, pro, topUps }: Catalogue): readonly Sold[] {
  return [...packs, ...(pro ? [pro] : []), ...topUps];
}

export function allowanceOf(pack: Pack | undefined): Credits {
  return pack ? credits(pack.allowance) : 0n;
}

function unknownPlan(plan: string): TollgateError {
  return new TollgateError('PLAN_UNKNOWN', { plan });
}
