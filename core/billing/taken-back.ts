/**
 * Refunds and disputes: what they took of a payment is taken of the credits that it bought, in the same
 * share. Said as totals, so that a refund that fails and a dispute that is won give back by themselves.
 * An open dispute freezes the account.
 */
import type { BillingBooks, LedgerCommand } from '../contract/billing-books';
import { credits, formatCredits, type Credits, type CreditsText } from '../contract/credits';
import type { MinorUnits } from '../contract/plans';
import type { DisputeSnapshot, PaymentSnapshot, StripeSnapshot } from '../contract/stripe-snapshot';
import type { Purchase } from './purchases';

/** A grant, and the payments that bought it. */
export interface Bought {
  readonly key: string;
  readonly amount: CreditsText;
  /** Names the refunds' cause: all refunds of one purchase count as one. */
  readonly purchase: string;
  readonly payments: readonly PaymentSnapshot[];
}

const OPEN = ['needs_response', 'under_review'];

export function boughtOf(
  { invoices, topUps }: StripeSnapshot,
  purchases: readonly Purchase[],
): readonly Bought[] {
  const packs = purchases.map(({ grantKey, invoice, pack }) => ({
    key: grantKey,
    amount: pack.allowance,
    purchase: invoice,
    payments: invoices.find(({ id }) => id === invoice)?.payments ?? [],
  }));
  const extra = topUps.map(({ id, credits: amount, payment }) => ({
    key: id,
    amount,
    purchase: id,
    payments: payment ? [payment] : [],
  }));
  return [...packs, ...extra];
}

/** `granted`: keys that the books hold, or will hold once the commands before these are done. */
export function takenBack(
  books: BillingBooks,
  bought: readonly Bought[],
  granted: ReadonlySet<string>,
): readonly LedgerCommand[] {
  return bought
    .filter(({ key }) => granted.has(key))
    .flatMap((one) => {
      const held = books.grants.find(({ key }) => key === one.key);
      // The grant as it was booked counts, whatever the catalogue says of its pack today.
      const amount = credits(held?.amount ?? one.amount);
      let left = amount;
      return causesOf(one, amount).flatMap(({ cause, share }) => {
        const total = share < left ? share : left;
        left -= total;
        const before = held?.revocations.find((revocation) => revocation.cause === cause);
        const asked = credits(before?.asked ?? '0');
        const more = before && credits(before.taken) < asked && isFree(held);
        if (asked === total && !more) return [];
        return [{ do: 'revoke', key: one.key, cause, total: formatCredits(total) } as const];
      });
    });
}

function causesOf(
  { purchase, payments }: Bought,
  amount: Credits,
): readonly { readonly cause: string; readonly share: Credits }[] {
  const paid = sum(payments.map((payment) => payment.amount));
  if (paid === 0) return [];
  const shareOf = (taken: MinorUnits): Credits => (amount * BigInt(taken)) / BigInt(paid);
  const refunds = payments.flatMap((payment) => payment.refunds);
  const refunded = refunds.filter(({ status }) => status !== 'failed' && status !== 'canceled');
  const disputes = payments.flatMap((payment) => payment.disputes);
  return [
    ...(refunds.length > 0
      ? [
          {
            cause: `refund:${purchase}`,
            share: shareOf(sum(refunded.map((refund) => refund.amount))),
          },
        ]
      : []),
    ...disputes
      .filter(({ status }) => [...OPEN, 'lost', 'won'].includes(status))
      .map((dispute) => ({
        cause: disputeCause(dispute),
        share: dispute.status === 'won' ? 0n : shareOf(dispute.amount),
      })),
  ];
}

/** Freezes at a dispute's opening; lifts when it is won, or lost with nothing left to pay back. */
export function freezing(
  books: BillingBooks,
  { invoices, topUps }: StripeSnapshot,
): readonly LedgerCommand[] {
  const payments = [
    ...invoices.flatMap((invoice) => invoice.payments),
    ...topUps.flatMap(({ payment }) => payment ?? []),
  ];
  return payments
    .flatMap(({ disputes }) => disputes)
    .flatMap((dispute): LedgerCommand[] => {
      const cause = disputeCause(dispute);
      const freeze = books.freezes.find((one) => one.cause === cause);
      if (OPEN.includes(dispute.status)) return freeze ? [] : [{ do: 'freeze', cause }];
      if (dispute.status === 'lost' && !isPaidUp(books, cause)) {
        return freeze ? [] : [{ do: 'freeze', cause }];
      }
      const over = dispute.status === 'won' || dispute.status === 'lost';
      return freeze && !freeze.lifted && over ? [{ do: 'unfreeze', cause }] : [];
    });
}

function isPaidUp(books: BillingBooks, cause: string): boolean {
  return books.grants
    .filter(({ revocations }) => revocations.some((one) => one.cause === cause))
    .every(({ unpaid }) => unpaid === '0');
}

function isFree(held: BillingBooks['grants'][number] | undefined): boolean {
  return held !== undefined && !held.ended && credits(held.remaining) > credits(held.reserved);
}

function disputeCause({ id }: DisputeSnapshot): string {
  return `dispute:${id}`;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
