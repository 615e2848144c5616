/** What the billing rules are given: the plans, the books, what Stripe says, and the time. */
import type { BillingInput } from '../core/billing/reconcile';
import type { AutoTopUp } from '../core/billing/top-ups';
import type { Catalogue } from '../core/contract/plans';
import type { Ledger } from '../ledger/ledger';
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
  readonly autoTopUp?: AutoTopUp;
  /** Id of the change of packs that is being made right now. */
  readonly changeUnderWay?: string;
}

/** The time is Stripe's: for a customer on a test clock, that clock's. */
export async function readBillingInput(
  { ledger, gateway, catalogue }: BillingContext,
  { account, autoTopUp, changeUnderWay }: BillingSubject,
): Promise<BillingInput> {
  const { customer } = await ledger.readStripePlace(account);
  const stripe = await gateway.read(customer);
  const books = await ledger.readBilling(account);
  return {
    catalogue,
    books,
    stripe,
    now: stripe.readAt,
    ...(autoTopUp ? { autoTopUp } : {}),
    ...(changeUnderWay === undefined ? {} : { changeUnderWay }),
  };
}

/** The account's customer, made where there is none. Made again after a crash, it is the same one. */
export async function requireBuyer(
  { ledger, gateway, returnUrl }: BillingContext,
  account: string,
  wantedReturnUrl?: string,
): Promise<Buyer> {
  const { place, customer } = await ledger.readStripePlace(account);
  const known = customer ?? (await gateway.createCustomer(account, place));
  if (customer === undefined) await ledger.setStripeCustomer(account, known);
  return { account, customer: known, returnUrl: wantedReturnUrl ?? returnUrl };
}
