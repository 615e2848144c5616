/**
 * A life that is lived flow by flow: whose it is, how its owner asks again after an answer was lost, and what
 * is waited for.
 */
import { eventually } from '../../support/eventually';
import type { BillingHouse, Newcomer } from '../support/billing-house';

export interface Lived {
  readonly house: BillingHouse;
  /** Whose life it is now. */
  account: Newcomer;
  /** The Checkout page that was opened last. */
  url: string;
  /** Moves the clocks of Stripe and of the ledger. */
  advance(seconds: number): Promise<void>;
}

export type Flow = readonly [name: string, live: (lived: Lived) => Promise<void>];

const DEADLINE_MS = 120_000;

/** Asked again under its key after an answer was lost, as any caller would. */
export function again<Answer extends object>(ask: () => Promise<Answer>) {
  return eventually(ask, { deadlineMs: DEADLINE_MS });
}

export async function whenSeen({ account }: Lived, wanted: object): Promise<void> {
  let seen: object = {};
  await eventually(
    async () => {
      const view = await again(() => account.subscription.refresh());
      seen = { ...view.credits, ...view.subscription, banner: view.banner?.kind };
      return Object.entries(wanted).every(([field, value]) => Reflect.get(seen, field) === value);
    },
    { deadlineMs: DEADLINE_MS, what: JSON.stringify(wanted) },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; seen: ${JSON.stringify(seen)}`);
  });
}
