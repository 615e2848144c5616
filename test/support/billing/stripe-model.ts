/**
 * A small model of Stripe's billing: subscriptions with months that clamp to their anchor day, drafts
 * that are charged after an hour, retries for a week, prorations by the second, invoice items and a
 * customer's balance. It speaks snapshots and commands; nothing of it knows about credits or the books.
 */
import type { PackChange } from '../../../core/contract/pack-change';
import { everythingSold } from '../../../core/billing/plans';
import type { Catalogue, Seconds } from '../../../core/contract/plans';
import type { StripeCommand } from '../../../core/contract/stripe-command';
import type {
  InvoiceLineSnapshot,
  InvoiceSnapshot,
  StripeSnapshot,
  TopUpSnapshot,
} from '../../../core/contract/stripe-snapshot';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const RETRIES = 7;

type Loose<T> = { -readonly [K in keyof T]: T[K] | (undefined extends T[K] ? undefined : never) };
type Line = InvoiceLineSnapshot;
interface Invoice extends Omit<Loose<InvoiceSnapshot>, 'lines' | 'payments'> {
  lines: Line[];
  payments: {
    id: string;
    amount: number;
    refunds: { id: string; amount: number; status: string }[];
    disputes: { id: string; amount: number; status: string }[];
  }[];
  fromBalance: number;
}
interface Subscription {
  id: string;
  status: string;
  createdAt: Seconds;
  anchor: Seconds;
  months: number;
  items: { id: string; plan: string; price: number }[];
  cancelAt?: Seconds | undefined;
  endedAt?: Seconds | undefined;
  endReason?: string | undefined;
  change?: PackChange | undefined;
  duplicateOf?: string | undefined;
}

export interface StripeModel {
  readonly now: () => Seconds;
  /** The card on file: a new name is a new card. */
  card: { name: string; works: boolean };
  whenExhausted: 'cancel' | 'unpaid';
  /** Time goes on; everything due happens in order. */
  advance(seconds: Seconds): void;
  /** Checkout: pays at once, or throws `declined`. */
  subscribe(...plans: string[]): string;
  topUp(key: string): void;
  /** @throws declined */
  send(command: StripeCommand): void;
  cancelNow(subscription: string): void;
  /** Cancels at the period's end, or takes that back, as the portal does. */
  cancelInPortal(cancel: boolean): void;
  /** Changes items as the Dashboard does, prorated by Stripe. */
  changeByHand(subscription: string, to: string, paid: boolean): void;
  payOpen(): void;
  refund(share: number): void;
  dispute(): void;
  closeDisputes(status: 'won' | 'lost'): void;
  snapshot(): StripeSnapshot;
  /** Money received, less what is owed back (balance, waiting credits). */
  received(): number;
}

/** The same day and time so many months on, or the month's last day. */
function addMonths(anchor: Seconds, months: number): Seconds {
  const date = new Date(anchor * 1_000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const clamped = Date.UTC(year, month, Math.min(date.getUTCDate(), days));
  return clamped / 1_000 + (anchor % DAY);
}

export function createStripeModel(catalogue: Catalogue, start: Seconds): StripeModel {
  let now = start;
  let balance = 0;
  let ids = 0;
  let received = 0;
  const subscriptions: Subscription[] = [];
  const invoices: Invoice[] = [];
  const waiting: { id: string; subscription: string; line: Line }[] = [];
  const topUps: Loose<TopUpSnapshot>[] = [];
  const done = new Set<string>();
  const id = (prefix: string): string => `${prefix}_${String((ids += 1)).padStart(5, '0')}`;
  const priceOf = (plan: string): number =>
    everythingSold(catalogue).find(({ key }) => key === plan)?.price ?? 0;
  const planOf = (lookupKey: string | null): string =>
    everythingSold(catalogue).find((one) => one.lookupKey === lookupKey)?.key ?? '';
  const periodOf = ({ anchor, months }: Subscription): Line['period'] => ({
    start: addMonths(anchor, months),
    end: addMonths(anchor, months + 1),
  });
  const model: StripeModel = {
    card: { name: 'pm_1', works: true },
    whenExhausted: 'cancel',
    now: () => now,
    advance,
    send,
    received: () =>
      received +
      balance +
      waiting.reduce((sum, { line }) => sum + line.amount, 0) +
      invoices
        .filter(({ status }) => status === 'draft' || status === 'open')
        .flatMap(({ lines }) => lines)
        .filter(({ proration, key }) => proration || key !== undefined)
        .reduce((sum, { amount }) => sum + amount, 0),
    snapshot,
    payOpen() {
      for (const invoice of invoices) if (invoice.status === 'open') attempt(invoice, false);
    },
    subscribe(...plans) {
      if (!model.card.works) throw new Error('declined');
      const items = plans.map((plan) => ({ id: id('si'), plan, price: priceOf(plan) }));
      const subscription: Subscription = {
        id: id('sub'),
        status: 'active',
        createdAt: now,
        anchor: now,
        months: 0,
        items,
      };
      subscriptions.push(subscription);
      finalize(draftOf(subscription));
      return subscription.id;
    },
    topUp(key) {
      buy(key, false);
    },
    cancelNow(subscription) {
      end(find(subscription), 'cancellation_requested');
    },
    cancelInPortal(cancel) {
      for (const one of subscriptions) {
        if (one.status === 'canceled') continue;
        one.cancelAt = cancel ? periodOf(one).end : undefined;
      }
    },
    changeByHand(subscription, to, paid) {
      const found = find(subscription);
      prorate(found, packItem(found)?.plan, to);
      setPack(found, to);
      if (!paid) return;
      const invoice = openInvoice(found, []);
      finalize(invoice);
    },
    refund(share) {
      const payment = invoices.flatMap(({ payments }) => payments).at(-1);
      if (!payment) return;
      const left = payment.amount - payment.refunds.reduce((sum, { amount }) => sum + amount, 0);
      const amount = Math.min(left, Math.floor(payment.amount * share));
      if (amount > 0) payment.refunds.push({ id: id('re'), amount, status: 'succeeded' });
    },
    dispute() {
      const payment = invoices.flatMap(({ payments }) => payments).at(-1);
      if (!payment || payment.disputes.length > 0) return;
      payment.disputes.push({ id: id('dp'), amount: payment.amount, status: 'needs_response' });
    },
    closeDisputes(status) {
      for (const { payments } of invoices) {
        for (const dispute of payments.flatMap(({ disputes }) => disputes)) {
          if (dispute.status === 'needs_response') dispute.status = status;
        }
      }
    },
  };
  return model;

  function find(wanted: string): Subscription {
    const found = subscriptions.find((one) => one.id === wanted);
    if (!found) throw new Error(`no subscription ${wanted}`);
    return found;
  }

  function packItem({ items }: Subscription): Subscription['items'][number] | undefined {
    return items.find(({ plan }) => plan.startsWith('agent-'));
  }

  function setPack(subscription: Subscription, to: string | null): void {
    const item = packItem(subscription);
    if (to === null) subscription.items = subscription.items.filter((one) => one !== item);
    else if (item) Object.assign(item, { plan: to, price: priceOf(to) });
    else subscription.items.push({ id: id('si'), plan: to, price: priceOf(to) });
  }

  /** Each line is floored towards minus infinity. */
  function prorate(subscription: Subscription, from: string | undefined, to: string | null): void {
    const { start, end: periodEnd } = periodOf(subscription);
    const share = (price: number): number =>
      Number((BigInt(price) * BigInt(periodEnd - now)) / BigInt(periodEnd - start));
    const exact = (price: number): boolean =>
      (price * (periodEnd - now)) % (periodEnd - start) === 0;
    const wait = (plan: string, amount: number): void => {
      waiting.push({
        id: id('ii'),
        subscription: subscription.id,
        line: {
          id: id('il'),
          plan,
          subscription: subscription.id,
          amount,
          discount: 0,
          proration: true,
          period: { start: now, end: periodEnd },
        },
      });
    };
    if (from) wait(from, -share(priceOf(from)) - (exact(priceOf(from)) ? 0 : 1));
    if (to) wait(to, share(priceOf(to)));
  }

  function openInvoice(subscription: Subscription, lines: Line[]): Invoice {
    const mine = waiting.filter((item) => item.subscription === subscription.id);
    for (const item of mine) waiting.splice(waiting.indexOf(item), 1);
    const invoice: Invoice = {
      id: id('in'),
      status: 'draft',
      subscription: subscription.id,
      createdAt: now,
      amountDue: 0,
      attemptCount: 0,
      fromBalance: 0,
      lines: [...mine.map(({ line }) => line), ...lines],
      payments: [],
    };
    invoice.amountDue = Math.max(0, totalOf(invoice));
    invoices.push(invoice);
    return invoice;
  }

  function draftOf(subscription: Subscription): Invoice {
    const lines = subscription.items.map(({ plan, price }) => ({
      id: id('il'),
      plan,
      subscription: subscription.id,
      amount: price,
      discount: 0,
      proration: false,
      period: periodOf(subscription),
    }));
    return openInvoice(subscription, lines);
  }

  function totalOf({ lines }: Invoice): number {
    return lines.reduce((sum, { amount }) => sum + amount, 0);
  }

  function finalize(invoice: Invoice): void {
    invoice.status = 'open';
    const due = totalOf(invoice) + balance;
    invoice.amountDue = Math.max(0, due);
    invoice.fromBalance = invoice.amountDue - totalOf(invoice);
    balance = Math.min(0, due);
    delete invoice.finalizesAt;
    attempt(invoice, true);
  }

  function attempt(invoice: Invoice, automatic: boolean): void {
    const subscription = find(invoice.subscription ?? '');
    if (model.card.works || invoice.amountDue === 0) {
      invoice.status = 'paid';
      invoice.paidAt = now;
      delete invoice.nextAttemptAt;
      received += invoice.amountDue;
      if (invoice.amountDue > 0) {
        invoice.payments.push({
          id: id('pi'),
          amount: invoice.amountDue,
          refunds: [],
          disputes: [],
        });
      }
      if (['past_due', 'unpaid'].includes(subscription.status)) subscription.status = 'active';
      return;
    }
    invoice.triedPaymentMethod = model.card.name;
    if (automatic) invoice.attemptCount += 1;
    if (subscription.status === 'active') subscription.status = 'past_due';
    if (invoice.attemptCount <= RETRIES) {
      if (automatic) invoice.nextAttemptAt = now + DAY;
      return;
    }
    delete invoice.nextAttemptAt;
    if (subscription.status !== 'past_due') return;
    if (model.whenExhausted === 'cancel') end(subscription, 'payment_failed');
    else subscription.status = 'unpaid';
  }

  function end(subscription: Subscription, reason: string): void {
    if (subscription.status === 'canceled') return;
    subscription.status = 'canceled';
    subscription.endedAt = now;
    subscription.endReason = reason;
    for (const item of waiting.filter((one) => one.subscription === subscription.id)) {
      waiting.splice(waiting.indexOf(item), 1);
      balance += item.line.amount;
    }
    for (const invoice of invoices) {
      if (invoice.subscription !== subscription.id) continue;
      delete invoice.nextAttemptAt;
      if (invoice.status === 'draft') {
        invoice.status = 'void';
        for (const { amount } of invoice.lines) balance += Math.min(0, amount);
      }
    }
  }

  function roll(subscription: Subscription): void {
    if (subscription.cancelAt !== undefined) return end(subscription, 'cancellation_requested');
    subscription.months += 1;
    const invoice = draftOf(subscription);
    if (subscription.status !== 'unpaid') invoice.finalizesAt = now + HOUR;
  }

  function nextDue(): { at: Seconds; run: () => void } | undefined {
    const due = [
      ...subscriptions
        .filter(({ status }) => status !== 'canceled')
        .map((one) => ({ at: periodOf(one).end, run: () => roll(one) })),
      ...invoices.flatMap((invoice) => [
        ...(invoice.status === 'draft' && invoice.finalizesAt !== undefined
          ? [{ at: invoice.finalizesAt, run: () => finalize(invoice) }]
          : []),
        ...(invoice.status === 'open' && invoice.nextAttemptAt !== undefined
          ? [{ at: invoice.nextAttemptAt, run: () => attempt(invoice, true) }]
          : []),
      ]),
    ];
    return due.sort((one, other) => one.at - other.at)[0];
  }

  function advance(seconds: Seconds): void {
    const until = now + seconds;
    for (let due = nextDue(); due && due.at <= until; due = nextDue()) {
      now = Math.max(now, due.at);
      due.run();
    }
    now = until;
  }

  function buy(key: string, automatic: boolean): void {
    const found = catalogue.topUps.find((one) => one.key === key);
    if (!found) throw new Error(`no top-up ${key}`);
    const paid = model.card.works;
    if (paid) received += found.price;
    topUps.push({
      id: id(automatic ? 'pi' : 'cs'),
      automatic,
      status: paid ? 'paid' : automatic ? 'failed' : 'open',
      credits: found.credits,
      price: found.price,
      createdAt: now,
      paymentMethod: model.card.name,
      ...(paid
        ? { payment: { id: id('pi'), amount: found.price, refunds: [], disputes: [] } }
        : {}),
    });
  }

  function send(command: StripeCommand): void {
    if (done.has(command.key)) return;
    switch (command.do) {
      case 'credit-unused':
        waiting.push({
          id: id('ii'),
          subscription: command.subscription,
          line: {
            id: id('il'),
            plan: null,
            subscription: command.subscription,
            amount: -command.amount,
            discount: 0,
            proration: false,
            period: { start: now, end: now },
            key: command.key,
          },
        });
        break;
      case 'remove-credit': {
        const place = waiting.findIndex(({ line }) => line.key === command.credit);
        if (place >= 0) waiting.splice(place, 1);
        return;
      }
      case 'change-pack':
        changePack(command);
        break;
      case 'cancel': {
        const subscription = find(command.subscription);
        if (command.now) {
          end(subscription, 'cancellation_requested');
          for (const invoice of invoices) {
            if (invoice.subscription === subscription.id && invoice.status === 'open') {
              invoice.status = 'void';
              balance += Math.min(0, invoice.fromBalance);
              for (const { amount } of invoice.lines) balance += Math.min(0, amount);
            }
          }
        } else subscription.cancelAt = periodOf(subscription).end;
        break;
      }
      case 'resubscribe':
        find(command.subscription).cancelAt = undefined;
        break;
      case 'cancel-duplicate': {
        const subscription = find(command.subscription);
        subscription.duplicateOf = command.duplicateOf;
        end(subscription, 'cancellation_requested');
        for (const { id: invoice, payments } of invoices) {
          if (!command.invoices.includes(invoice)) continue;
          for (const { amount, refunds } of payments) {
            refunds.push({ id: id('re'), amount, status: 'succeeded' });
            received -= amount;
          }
        }
        break;
      }
      case 'pay-invoice': {
        const invoice = invoices.find((one) => one.id === command.invoice);
        if (invoice?.status === 'open') attempt(invoice, false);
        break;
      }
      case 'charge-top-up':
        buy(planOf(command.lookupKey), true);
        break;
      default:
        throw new Error(`${command.do} is made by a person`);
    }
    done.add(command.key);
  }

  /** `error_if_incomplete`: a declined card leaves everything as it was. */
  function changePack(command: Extract<StripeCommand, { do: 'change-pack' }>): void {
    const subscription = find(command.subscription);
    const to = command.lookupKey === null ? null : planOf(command.lookupKey);
    const charges = command.restartPeriod || command.proration === 'invoice-now';
    if (charges && !model.card.works) throw new Error('declined');
    const from = packItem(subscription)?.plan;
    if (command.restartPeriod && command.proration !== 'none') {
      for (const { plan } of subscription.items) prorate(subscription, plan, null);
    } else if (command.proration !== 'none') prorate(subscription, from, to);
    setPack(subscription, to);
    subscription.change = command.change;
    if (command.restartPeriod) {
      subscription.anchor = now;
      subscription.months = 0;
      finalize(draftOf(subscription));
    } else if (command.proration === 'invoice-now') finalize(openInvoice(subscription, []));
  }

  function snapshot(): StripeSnapshot {
    const known = subscriptions.length + topUps.length > 0;
    const whole = {
      readAt: now,
      ...(known ? { customer: { id: 'cus_1', balance, paymentMethod: model.card.name } } : {}),
      subscriptions: subscriptions.map(({ anchor, months, items, ...rest }) => ({
        ...rest,
        items: items.map((item) => {
          const { start: periodStart, end: periodEnd } = periodOf({
            anchor,
            months,
          } as Subscription); // reads those two
          return { ...item, periodStart, periodEnd };
        }),
      })),
      invoices: invoices.map(({ fromBalance, ...rest }) => rest),
      pendingItems: waiting.map(({ id: item, subscription, line: { discount, ...line } }) => ({
        ...line,
        id: item,
        subscription,
      })),
      topUps,
    };
    return JSON.parse(JSON.stringify(whole)) as StripeSnapshot; // as it comes through a workflow: plain JSON
  }
}
