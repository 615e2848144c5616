/**
 * A change of a subscription's items, worked out before anything is billed: the items afterwards, what is
 * credited for the rest of the period, and what is charged for it. The configuration before is credited
 * and the one after charged, each as a line of its own, never the difference.
 *
 * Flexible billing credits what was really billed, one credit for each open debit. Classic billing credits
 * the present price, whether it was billed or not.
 */
import type { DebitRow, PriceRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { changeRow } from '../state/events';
import { type Item, itemList, itemsOf, periodAt, periodOf, priceOfItem } from './items';
import type { Billed } from './lines';
import { costOf, describePrice, productName } from './pricing';
import { type Period, prorate } from './prorate';
import { showDate } from './time';

/** A charge for an item, and where it is billed, once it is: by a pending item or straight by a line. */
export interface Debit {
  item: string;
  billed: Billed;
  invoiceItem: string | null;
  line: DebitRow['billed'];
}

export interface Plan {
  items: Item[];
  /** New anchor, when the billing period starts anew. */
  anchor: number | null;
  credits: { closes: string | null; billed: Billed }[];
  debits: Debit[];
}

/** `next`: the items wanted. An item keeps its id; one that is left out is removed. */
export function planChange(
  world: World,
  subscription: SubscriptionRow,
  next: Item[],
  options: { at: number; prorated: boolean; restart: boolean },
): Plan {
  const { at, prorated, restart } = options;
  const anchor = restart ? at : subscription.billing_cycle_anchor;
  const before = new Map(itemsOf(subscription).map((it) => [it.id, it]));
  const after = new Map(next.map((it) => [it.id, it]));
  const plan: Plan = { items: [], anchor: restart ? at : null, credits: [], debits: [] };
  for (const item of before.values()) {
    if (!isTouched(item, after.get(item.id), restart)) continue;
    for (const debit of openDebits(world, item.id, at)) {
      if (!prorated) continue;
      if (subscription.billing_mode.type === 'flexible') {
        plan.credits.push({ closes: debit.id, billed: creditOf(world, subscription, debit, at) });
      }
    }
    if (prorated && subscription.billing_mode.type === 'classic') {
      plan.credits.push(classicCredit(world, subscription, item, at));
    }
  }
  for (const item of next) {
    const old = before.get(item.id);
    if (!isTouched(old, item, restart)) {
      plan.items.push(item);
      continue;
    }
    const price = priceOfItem(world, item);
    const keepsPeriod = old && !restart && sameInterval(old, item);
    const period = keepsPeriod ? periodOf(old) : periodAt(anchor, price, at);
    plan.items.push({
      ...item,
      current_period_start: period.start,
      current_period_end: period.end,
      billed_until: period.end,
    });
    if (!restart && !prorated) continue;
    const billed = restart
      ? wholePeriod(world, subscription, item, period)
      : remaining(world, subscription, item, at, anchor);
    plan.debits.push({ item: item.id, billed, invoiceItem: null, line: null });
  }
  return plan;
}

function isTouched(old: Item | undefined, item: Item | undefined, restart: boolean): boolean {
  if (restart || !old || !item) return true;
  return old.price.id !== item.price.id || old.quantity !== item.quantity;
}

function sameInterval(a: Item, b: Item): boolean {
  const [one, other] = [a.price.recurring, b.price.recurring];
  return one?.interval === other?.interval && one?.interval_count === other?.interval_count;
}

/** What an item was billed for and has not been credited, as far as it reaches beyond `at`. */
function openDebits(world: World, item: string, at: number): DebitRow[] {
  return world.all('sim.debit').filter((it) => it.item === item && !it.credited && it.end > at);
}

function creditOf(
  world: World,
  subscription: SubscriptionRow,
  debit: DebitRow,
  at: number,
): Billed {
  const price = world.need('price', debit.price);
  const from = Math.max(at, debit.start);
  return {
    ...about(subscription, price, debit.quantity, debit.item),
    amount: prorate(-debit.amount, debit, from),
    description: `Unused time on ${named(world, price, debit.quantity)} after ${showDate(at)}`,
    period: { start: from, end: debit.end },
    credited: debit,
  };
}

function classicCredit(
  world: World,
  subscription: SubscriptionRow,
  item: Item,
  at: number,
): Plan['credits'][number] {
  const price = priceOfItem(world, item);
  const quantity = item.quantity ?? 1;
  const whole = wholeInterval(subscription.billing_cycle_anchor, price, item);
  const [debit] = openDebits(world, item.id, at).slice(-1);
  const billed: Billed = {
    ...about(subscription, price, quantity, item.id),
    amount: prorate(-costOf(price, quantity), whole, at),
    description: `Unused time on ${named(world, price, quantity)} after ${showDate(at)}`,
    period: { start: at, end: item.current_period_end },
    credited: debit ?? null,
  };
  return { closes: debit?.id ?? null, billed };
}

function remaining(
  world: World,
  subscription: SubscriptionRow,
  item: Item,
  at: number,
  anchor: number,
): Billed {
  const price = priceOfItem(world, item);
  const quantity = item.quantity ?? 1;
  const period = periodAt(anchor, price, at);
  return {
    ...about(subscription, price, quantity, item.id),
    amount: prorate(costOf(price, quantity), period, at),
    description: `Remaining time on ${named(world, price, quantity)} after ${showDate(at)}`,
    period: { start: at, end: period.end },
  };
}

/** A new period, billed in full. */
export function wholePeriod(
  world: World,
  subscription: SubscriptionRow,
  item: Item,
  period: Period,
): Billed {
  const price = priceOfItem(world, item);
  const quantity = item.quantity ?? 1;
  return {
    ...about(subscription, price, quantity, item.id),
    amount: costOf(price, quantity),
    description: describePrice(world, price, quantity),
    period,
    proration: false,
  };
}

/** A first period may be shorter than its interval; shares are counted of the interval. */
function wholeInterval(anchor: number, price: PriceRow, item: Item): Period {
  return periodAt(anchor, price, item.current_period_end - 1);
}

function named(world: World, price: PriceRow, quantity: number): string {
  return quantity === 1 ? productName(world, price) : `${quantity} × ${productName(world, price)}`;
}

function about(
  subscription: SubscriptionRow,
  price: PriceRow,
  quantity: number,
  item: string,
): Omit<Billed, 'amount' | 'description' | 'period'> {
  return {
    currency: subscription.currency,
    price,
    quantity,
    subscription: subscription.id,
    item,
    proration: true,
    credited: null,
    metadata: subscription.metadata,
  };
}

/** Makes the change: items, anchor, and what flexible billing will credit later. */
export function applyPlan(
  world: World,
  subscription: SubscriptionRow,
  plan: Plan,
  changes: Partial<SubscriptionRow> = {},
): SubscriptionRow {
  for (const { closes } of plan.credits) {
    if (closes) world.put({ ...world.need('sim.debit', closes), credited: true });
  }
  for (const debit of plan.debits) recordDebit(world, subscription.id, debit);
  return changeRow(
    world,
    subscription,
    {
      ...changes,
      items: itemList(subscription.id, plan.items),
      billing_cycle_anchor: plan.anchor ?? subscription.billing_cycle_anchor,
    },
    'customer.subscription.updated',
  );
}

export function recordDebit(world: World, subscription: string, debit: Debit): void {
  const { billed, item, invoiceItem } = debit;
  const line = debit.line ?? lineOfItem(world, invoiceItem);
  const origin = invoiceItem ?? line?.line;
  // A change without proration bills nothing, so there is nothing to credit later.
  if (!origin || !billed.price) return;
  world.put({
    object: 'sim.debit',
    id: world.newId('debit'),
    subscription,
    item,
    price: billed.price.id,
    quantity: billed.quantity,
    amount: billed.amount,
    start: billed.period.start,
    end: billed.period.end,
    origin,
    billed: line,
    credited: false,
  });
}

function lineOfItem(world: World, invoiceItem: string | null): DebitRow['billed'] {
  const invoice = world.get('invoiceitem', invoiceItem)?.invoice;
  if (!invoice) return null;
  const line = world
    .need('invoice', invoice)
    .lines.data.find((it) => it.parent?.subscription_item_details?.invoice_item === invoiceItem);
  return line ? { invoice, line: line.id } : null;
}
