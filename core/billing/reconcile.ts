/**
 * The transition function: from what the books hold and what Stripe says, to what is to be done. It
 * decides from these alone, never from which event came: any order, loss or repetition of events ends
 * in the same place.
 *
 * Call it until it asks for nothing more: do its ledger commands and read the books again; when there
 * are none, do its Stripe commands and read Stripe again. Each is harmless when it is done twice.
 */
import type { AutoTopUp } from '../contract/auto-top-up';
import type { BillingBooks, LedgerCommand } from '../contract/billing-books';
import type { BillingView } from '../contract/billing-view';
import type { Catalogue, Seconds } from '../contract/plans';
import type { StripeCommand } from '../contract/stripe-command';
import type { StripeSnapshot } from '../contract/stripe-snapshot';
import { freeTierDrip } from './free-tier-drip';
import { nextWake } from './next-wake';
import { packCuts } from './pack-cuts';
import { packGrants } from './pack-grants';
import { cancelStrays, creditUnused, payOverdue, useNewestCard } from './stripe-duties';
import { standingOf, type Standing } from './standing';
import { boughtOf, freezing, takenBack } from './taken-back';
import { isoTime } from './times';
import { decideAutoTopUp, topUpGrants } from './top-ups';
import { billingView } from './view';

export interface BillingInput {
  readonly catalogue: Catalogue;
  readonly books: BillingBooks;
  readonly stripe: StripeSnapshot;
  readonly autoTopUp?: AutoTopUp;
  /** Id of the change of packs that is being made right now, if one is. */
  readonly changeUnderWay?: string;
  readonly now: Seconds;
}

export interface BillingDecision {
  /** For `applyBilling`, in this order and all or nothing. */
  readonly ledger: readonly LedgerCommand[];
  /** Empty while there are ledger commands. */
  readonly stripe: readonly StripeCommand[];
  /** As of the books that were given: read it from the last call. */
  readonly view: BillingView;
  /** When to decide again if nothing is heard; absent: only when something is heard. */
  readonly wakeAt?: string;
}

export function reconcile(input: BillingInput): BillingDecision {
  const { catalogue, books, stripe, now } = input;
  const standing = standingOf(catalogue, stripe, now);
  const ledger = ledgerCommands(input, standing);
  const autoTopUp = decideAutoTopUp(catalogue, books, stripe, input.autoTopUp, now);
  const settled = ledger.length === 0;
  const wakeAt = nextWake(stripe, standing, autoTopUp, now);
  return {
    ledger,
    stripe: settled
      ? [
          ...cancelStrays(catalogue, standing),
          ...useNewestCard(stripe, standing),
          ...payOverdue(stripe, standing),
          ...standing.lives.flatMap((life) => creditUnused(catalogue, books, stripe, life)),
          ...(autoTopUp.charge ? [autoTopUp.charge] : []),
        ]
      : [],
    view: billingView({ catalogue, books, stripe, standing, autoTopUp, now }),
    ...(wakeAt === undefined ? {} : { wakeAt: isoTime(wakeAt) }),
  };
}

function ledgerCommands(input: BillingInput, standing: Standing): readonly LedgerCommand[] {
  const { catalogue, books, stripe } = input;
  const duplicates = new Set(standing.duplicates.map(({ subscription }) => subscription.id));
  const moves = standing.lives.flatMap((life) => {
    const { subscription } = life;
    const double = duplicates.has(subscription.id) || subscription.duplicateOf !== undefined;
    const grants = packGrants(catalogue, books, life);
    // What a duplicate bought is refunded, not granted.
    return double
      ? grants.filter((command) => command.do !== 'grant' && isHeld(books, command))
      : [...grants, ...packCuts(input, life)];
  });
  const credited = [...moves, ...topUpGrants(catalogue, books, stripe)];
  const granted = new Set([
    ...books.grants.map(({ key }) => key),
    ...credited.flatMap((command) => (command.do === 'grant' ? [command.key] : [])),
  ]);
  const purchases = standing.lives.flatMap((life) => life.purchases);
  return [
    ...credited,
    ...takenBack(books, boughtOf(stripe, purchases), granted),
    ...freezing(books, stripe),
    ...freeTierDrip(catalogue, books, standing),
  ];
}

function isHeld({ grants }: BillingBooks, command: LedgerCommand): boolean {
  return 'key' in command && grants.some(({ key }) => key === command.key);
}
