/** Accounts to begin a test of billing with: new ones, and ones with a pack. */
import { DEFAULT_CATALOGUE, defineCatalogue } from '../../../core/billing/plans';
import type { BillingPolicies, Catalogue } from '../../../core/contract/plans';
import type { Books } from '../../db/ledger/books';
import { openBilledAccount, type BilledAccount } from './billed-account';

const START = new Date('2026-03-10T12:00:00Z');

function catalogueWith(policies: Partial<BillingPolicies>): Catalogue {
  return defineCatalogue({
    ...DEFAULT_CATALOGUE,
    policies: { ...DEFAULT_CATALOGUE.policies, ...policies },
  });
}

export function openAccount(
  books: Books,
  policies: Partial<BillingPolicies> = {},
  start = START,
): Promise<BilledAccount> {
  return openBilledAccount(books, catalogueWith(policies), start);
}

/** With a pack, and the first drip spent: what it holds is the allowance. */
export async function subscribedAccount(
  books: Books,
  pack: string,
  policies: Partial<BillingPolicies> = {},
  start = START,
): Promise<BilledAccount> {
  const one = await openAccount(books, policies, start);
  await one.spend(5);
  await one.subscribe(pack);
  await one.sync();
  return one;
}

/** How long it is to where a new period has begun, and its invoice waits to be charged. */
export function untilDraft({ stripe }: BilledAccount): number {
  const live = stripe.snapshot().subscriptions.find(({ status }) => status !== 'canceled');
  return (live?.items[0]?.periodEnd ?? stripe.now()) + 600 - stripe.now();
}

export async function balanceOf(one: BilledAccount): Promise<number> {
  return Number((await one.books()).balance);
}
