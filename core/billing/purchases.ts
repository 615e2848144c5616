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
  /** The grant it pays for: its own, or the one that the same pack has in this period already. */
  readonly grantKey: string;
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

/** In the order in which they were paid. */
export function purchasesOf(
  catalogue: Catalogue,
  stripe: StripeSnapshot,
  subscription: string,
): readonly Purchase[] {
  const lines = stripe.invoices.flatMap((invoice) =>
    invoice.status === 'paid' ? packLines(catalogue, invoice, subscription) : [],
  );
  lines.sort(inOrder);
  const wholePeriods = lines.filter(({ line }) => !line.proration).map(({ line }) => line.period);
  const purchases: Purchase[] = [];
  for (const { line, invoice, pack, paidAt } of lines) {
    const late = paidAt >= line.period.end;
    // An adjustment of a period that is over buys nothing.
    if (line.proration && (late || isStepDown(catalogue, line, invoice))) continue;
    const period = line.proration ? enclosing(wholePeriods, line.period) : line.period;
    const before = line.proration
      ? purchases.find(
          (one) => one.pack.key === pack.key && one.period.start === period.start && !one.late,
        )
      : undefined;
    purchases.push({
      key: line.id,
      grantKey: before?.grantKey ?? line.id,
      subscription,
      invoice: invoice.id,
      pack,
      period,
      paysFrom: line.period.start,
      paidAt,
      late,
      net: BigInt(line.amount - line.discount),
      gross: BigInt(line.amount),
    });
  }
  return purchases;
}

/** Of one second: the whole period before what was added to it, and the smaller pack before the larger. */
function inOrder(one: PackLine, other: PackLine): number {
  return (
    one.paidAt - other.paidAt ||
    one.line.period.start - other.line.period.start ||
    Number(one.line.proration) - Number(other.line.proration) ||
    Number(allowanceOf(one.pack) - allowanceOf(other.pack)) ||
    (one.line.id < other.line.id ? -1 : 1)
  );
}

/** The purchase whose grant holds the allowance now: the last that brought one of its own. */
export function currentPurchase(purchases: readonly Purchase[]): Purchase | undefined {
  return purchases.filter(({ key, grantKey, late }) => key === grantKey && !late).at(-1);
}

interface PackLine {
  readonly line: InvoiceLineSnapshot;
  readonly invoice: InvoiceSnapshot;
  readonly pack: Pack;
  readonly paidAt: Seconds;
}

/** Lines that charge for a pack; a trial's line charges nothing. */
export function packLines(
  catalogue: Catalogue,
  invoice: InvoiceSnapshot,
  subscription: string,
): PackLine[] {
  return invoice.lines.flatMap((line) => {
    const pack = findPack(catalogue, line.plan);
    const ours = (line.subscription ?? invoice.subscription) === subscription;
    if (!pack || !ours || line.amount <= 0) return [];
    return [{ line, invoice, pack, paidAt: invoice.paidAt ?? invoice.createdAt }];
  });
}

/** Stripe's proration of a downgrade credits the larger pack and charges the smaller, from one moment on. */
export function isStepDown(
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
