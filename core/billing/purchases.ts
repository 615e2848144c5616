/**
 * Which invoice lines have bought an allowance: paid lines of one of our packs, found by their price
 * and never by what was charged (a balance can pay for them, or an amount too small to charge).
 *
 * A whole period's line always buys. A line for the rest of a period buys where the customer stepped
 * up, and only the first time for its pack in that period: going down and up again mints nothing.
 */
import type { Catalogue, Pack, Seconds } from '../contract/plans';
import type {
  InvoiceLineSnapshot,
  InvoiceSnapshot,
  StripeSnapshot,
} from '../contract/stripe-snapshot';
import { allowanceOf, findPack } from './plans';

export interface Purchase {
  /** The line's id. */
  readonly key: string;
  /** The grant that it pays for: one for each pack in a period, however many lines were paid for it. */
  readonly grantKey: string;
  /** The grant comes with this one; the others of the same grant bring nothing more. */
  readonly brings: boolean;
  readonly subscription: string;
  readonly invoice: string;
  readonly pack: Pack;
  /** The whole period in which it lies. */
  readonly period: { readonly start: Seconds; readonly end: Seconds };
  /** Since when it pays for that period, to its end: later than its start for the rest of one. */
  readonly paysFrom: Seconds;
  readonly paidAt: Seconds;
  /** Paid when its period was over: there is no time left in which to use it. */
  readonly late: boolean;
  /** What was paid of the price: net of discounts, over the amount before them. */
  readonly net: bigint;
  readonly gross: bigint;
}

/** In the order of the times that they pay for: a renewal can be paid after an upgrade of its period. */
export function purchasesOf(
  catalogue: Catalogue,
  stripe: StripeSnapshot,
  subscription: string,
): readonly Purchase[] {
  const lines = stripe.invoices
    .flatMap((invoice) => packLines(catalogue, invoice, subscription))
    .filter(({ line, invoice }) => !line.proration || !isStepDown(catalogue, line, invoice))
    .sort(inOrder);
  const wholePeriods = lines.filter(({ line }) => !line.proration).map(({ line }) => line.period);
  const placed = lines.map((one) => ({
    ...one,
    period: one.line.proration ? enclosing(wholePeriods, one.line.period) : one.line.period,
  }));
  const purchases = placed.flatMap(({ line, invoice, pack, period }) => {
    const paidAt = invoice.paidAt ?? invoice.createdAt;
    const late = paidAt >= line.period.end;
    // An adjustment of a period that is over buys nothing.
    if (invoice.status !== 'paid' || (line.proration && late)) return [];
    // Paid or not yet: when it is, it must not bring a second one.
    const first = placed.find(
      (other) => other.pack.key === pack.key && other.period.start === period.start,
    );
    return {
      key: line.id,
      grantKey: line.proration && first ? first.line.id : line.id,
      subscription,
      invoice: invoice.id,
      pack,
      period,
      paysFrom: line.period.start,
      paidAt,
      late,
      net: BigInt(line.amount - line.discount),
      gross: BigInt(line.amount),
    };
  });
  return purchases.map((one) => {
    const same = purchases.filter(({ grantKey }) => grantKey === one.grantKey);
    return { ...one, brings: one === (same.find(({ late }) => !late) ?? same[0]) };
  });
}

/** Of one second: the whole period before what was added to it, and the smaller pack before the larger. */
function inOrder(one: PackLine, other: PackLine): number {
  return (
    one.line.period.start - other.line.period.start ||
    one.invoice.createdAt - other.invoice.createdAt ||
    Number(one.line.proration) - Number(other.line.proration) ||
    Number(allowanceOf(one.pack) - allowanceOf(other.pack)) ||
    (one.line.id < other.line.id ? -1 : 1)
  );
}

/** The purchase whose grant holds the allowance: the last that brought one. */
export function currentPurchase(
  purchases: readonly Purchase[],
  at?: Seconds,
): Purchase | undefined {
  return latestPurchase(
    purchases.filter(({ brings }) => brings),
    at,
  );
}

/** The last that pays for anything, at a moment of the past or now. */
export function latestPurchase(
  purchases: readonly Purchase[],
  at: Seconds = Infinity,
): Purchase | undefined {
  return purchases.filter(({ late, paysFrom }) => !late && paysFrom <= at).at(-1);
}

interface PackLine {
  readonly line: InvoiceLineSnapshot;
  readonly invoice: InvoiceSnapshot;
  readonly pack: Pack;
}

/** Lines that charge for a pack; a trial's line charges nothing. */
function packLines(
  catalogue: Catalogue,
  invoice: InvoiceSnapshot,
  subscription: string,
): PackLine[] {
  return invoice.lines.flatMap((line) => {
    const pack = findPack(catalogue, line.plan);
    const ours = (line.subscription ?? invoice.subscription) === subscription;
    if (!pack || !ours || line.amount <= 0) return [];
    return [{ line, invoice, pack }];
  });
}

/** Stripe's proration of a downgrade credits the larger pack and charges the smaller, from one moment on. */
function isStepDown(
  catalogue: Catalogue,
  line: InvoiceLineSnapshot,
  invoice: InvoiceSnapshot,
): boolean {
  const allowance = allowanceOf(findPack(catalogue, line.plan));
  return invoice.lines.some(
    (other) =>
      other.amount <= 0 &&
      other.proration &&
      other.period.start === line.period.start &&
      other.subscription === line.subscription &&
      allowanceOf(findPack(catalogue, other.plan)) > allowance,
  );
}

function enclosing(
  wholePeriods: readonly Purchase['period'][],
  part: Purchase['period'],
): Purchase['period'] {
  const around = wholePeriods.filter(({ start, end }) => start <= part.start && end === part.end);
  return around.at(-1) ?? part;
}
