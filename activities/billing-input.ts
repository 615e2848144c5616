/** What the billing rules are given: the plans, the books, what Stripe says, and the time. */
import type { BillingInput } from '../core/billing/reconcile';
import { PACK_SOURCE } from '../core/contract/billing-books';
import type { Catalogue, Seconds } from '../core/contract/plans';
import type { Ledger } from '../ledger/ledger';
import type { StripePlace } from '../ledger/stripe-ledger';
import type { Buyer } from '../stripe/buyer';
import type { StripeGateway } from '../stripe/gateway';

export interface BillingDeps {
  readonly gateway: StripeGateway;
  readonly catalogue: Catalogue;
  /** Where Stripe's pages send customers back to. */
  readonly returnUrl: string;
}

export interface BillingContext extends BillingDeps {
  readonly ledger: Ledger;
}

/** Whose it is, and what the workflow knows by itself. */
export interface BillingSubject {
  readonly account: string;
  /** Id of the change of packs that is being made right now. */
  readonly changeUnderWay?: string;
}

/** The time is Stripe's: for a customer on a test clock, that clock's. At the simulator the books follow it. */
export async function readBillingInput(
  context: BillingContext,
  { account, changeUnderWay }: BillingSubject,
): Promise<BillingInput> {
  const { ledger, gateway, catalogue } = context;
  const { customer } = await readPlace(context, account);
  const read = await gateway.read(customer);
  const now = await followTime(context, account, customer, read.readAt);
  const books = await ledger.readBilling(account);
  const autoTopUp = await ledger.readAutoTopUp(account);
  return {
    catalogue,
    books,
    stripe: { ...read, readAt: now },
    now,
    ...(autoTopUp ? { autoTopUp } : {}),
    ...(changeUnderWay === undefined ? {} : { changeUnderWay }),
  };
}

/** The account's customer, made where there is none. Made again after a crash, it is the same one. */
export async function requireBuyer(
  context: BillingContext,
  account: string,
  wantedReturnUrl?: string,
): Promise<Buyer> {
  const { ledger, gateway } = context;
  const returnUrl = wantedReturnUrl ?? context.returnUrl;
  const { place, customer } = await readPlace(context, account);
  if (customer !== undefined) return { account, customer, returnUrl };
  const simulated = await gateway.isSimulated();
  const at = simulated ? toSeconds(await ledger.readClock(account)) : undefined;
  const made = await gateway.createCustomer(account, place, at);
  await ledger.setStripeCustomer(account, made, simulated);
  return { account, customer: made, returnUrl };
}

/** A simulator forgets its customers when it ends; a link to one that is gone counts for nothing. */
async function readPlace(context: BillingContext, account: string): Promise<StripePlace> {
  const { ledger, gateway } = context;
  const place = await ledger.readStripePlace(account);
  const { customer, simulated } = place;
  if (customer === undefined || !simulated) return place;
  const isThere = (await gateway.isSimulated()) && (await gateway.readOwner(customer)) === account;
  if (isThere) return place;
  await bringBackFreeTier(context, account);
  await ledger.forgetStripeCustomer(account, customer);
  return ledger.readStripePlace(account);
}

/** The pack that had turned it off is forgotten with the customer, so nothing else would. */
async function bringBackFreeTier(
  { ledger, catalogue }: BillingContext,
  account: string,
): Promise<void> {
  const { drip, grants } = await ledger.readBilling(account);
  if (drip || !grants.some(({ source }) => source === PACK_SOURCE)) return;
  const since = (await ledger.readClock(account)).toISOString();
  await ledger.applyBilling(account, [{ do: 'drip', ...catalogue.free, since }]);
}

async function followTime(
  { ledger, gateway }: BillingContext,
  account: string,
  customer: string | undefined,
  readAt: Seconds,
): Promise<Seconds> {
  if (!(await gateway.isSimulated())) return readAt;
  if (customer === undefined) return toSeconds(await ledger.readClock(account));
  await ledger.moveClock(account, new Date(readAt * 1_000));
  return readAt;
}

function toSeconds(at: Date): Seconds {
  return Math.floor(at.getTime() / 1_000);
}
