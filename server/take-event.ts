/**
 * What is done with a verified event: whose is it, into the inbox, tell the account's workflow. Only then
 * is it answered: Stripe sends again what was not.
 */
import type { StripeLedger } from '../ledger/stripe-ledger';
import type { StripeGateway } from '../stripe/gateway';
import { isTollgateError } from '../core/contract/errors';
import { STRIPE_EVENTS } from '../core/contract/stripe-events';
import type { SendHint } from './share-hints';
import type { StripeEvent } from './verify-event';

export interface Inbox {
  readonly ledger: StripeLedger;
  readonly gateway: Pick<StripeGateway, 'findCustomer' | 'readOwner' | 'isSimulated'>;
  readonly hint: SendHint;
}

/** `taken`: its account was told. `known`: it had been before. `ignored`: it concerns nobody here. */
export type Taken = 'taken' | 'known' | 'ignored';

/** @throws LEDGER_UNAVAILABLE, TEMPORAL_UNAVAILABLE, STRIPE_UNAVAILABLE: it has to be sent again */
export async function takeEvent(inbox: Inbox, event: StripeEvent): Promise<Taken> {
  const { id, type } = event;
  if (!concernsUs(type)) return 'ignored';
  const account = await findAccount(inbox, event);
  if (account === undefined) {
    await inbox.ledger.receiveStripeEvent({ id, type });
    return 'ignored';
  }
  const untold = await inbox.ledger.receiveStripeEvent({ id, type, account });
  if (!untold) return 'known';
  await inbox.hint(account);
  await inbox.ledger.noteStripeEvent(id);
  return 'taken';
}

/** Thin events of the same things are called `v1.…`, and there are finer ones of them. */
const SNAPSHOT_TYPES = new Set<string>(STRIPE_EVENTS);
const THIN_TYPES = /^v1\.(checkout|customer|invoice|payment_intent|charge|refund)\./;

function concernsUs(type: string): boolean {
  return SNAPSHOT_TYPES.has(type) || THIN_TYPES.test(type);
}

async function findAccount(
  { ledger, gateway }: Inbox,
  { object, customer }: StripeEvent,
): Promise<string | undefined> {
  const ownId = object?.type === 'customer' ? object.id : undefined;
  const owner = customer ?? ownId ?? (object ? await gateway.findCustomer(object) : undefined);
  if (owner === undefined) return undefined;
  const known = await ledger.findStripeAccount(owner);
  if (known !== undefined) return known;
  // Made by us a moment ago, and the process died before it was written down.
  const written = await gateway.readOwner(owner);
  if (written === undefined) return undefined;
  return adopt(ledger, written, owner, await gateway.isSimulated());
}

async function adopt(
  ledger: StripeLedger,
  account: string,
  customer: string,
  simulated: boolean,
): Promise<string | undefined> {
  try {
    await ledger.setStripeCustomer(account, customer, simulated);
    return account;
  } catch (error) {
    // Of another house that shares the Stripe account, or the account has another customer.
    if (isTollgateError(error, 'ACCOUNT_UNKNOWN')) return undefined;
    if (isTollgateError(error, 'IDEMPOTENCY_MISMATCH')) return undefined;
    throw error;
  }
}
