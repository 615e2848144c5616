/** The billing view: what the credits card, the subscription card and the banner show, and what can be done. */
import type { BillingBooks } from '../contract/billing-books';
import type { BillingView, CreditsCard, SubscriptionCard, Banner } from '../contract/billing-view';
import type { Catalogue, Seconds } from '../contract/plans';
import type { StripeSnapshot } from '../contract/stripe-snapshot';
import { possibleActions } from './possible-actions';
import { allowanceOf } from './plans';
import type { Standing } from './standing';
import { isoTime } from './times';
import type { AutoTopUpDecision } from './top-ups';

export interface ViewInput {
  readonly catalogue: Catalogue;
  readonly books: BillingBooks;
  readonly stripe: StripeSnapshot;
  readonly standing: Standing;
  readonly autoTopUp: AutoTopUpDecision;
  readonly now: Seconds;
}

export function billingView(input: ViewInput): BillingView {
  const { catalogue, books, stripe, standing, autoTopUp, now } = input;
  const banner = bannerOf(input);
  return {
    account: books.account,
    at: isoTime(now),
    credits: creditsCard(books, standing),
    subscription: subscriptionCard(catalogue, stripe, standing),
    ...(banner ? { banner } : {}),
    autoTopUp: autoTopUp.state,
    actions: possibleActions(catalogue, books, stripe, standing),
  };
}

function creditsCard(books: BillingBooks, { state, life, current }: Standing): CreditsCard {
  const { balance, available, reserved, unpaid, nextDripAt } = books;
  const owed = unpaid === '0' ? {} : { unpaid };
  const common = { balance, available, reserved, ...owed };
  if (!current) {
    return { ...common, ...(books.drip && nextDripAt ? { refillsAt: nextDripAt } : {}) };
  }
  const { allowance } = smallerPack(life?.pack, current.pack);
  const left = books.grants.find(({ key }) => key === current.grantKey)?.remaining ?? '0';
  const { cancelAt } = life?.subscription ?? {};
  const end = state === 'paid-late' ? current.period.end : cancelAt;
  return {
    ...common,
    allowance,
    allowanceLeft: left,
    ...(state === 'active' && life?.item ? { resetsAt: isoTime(life.item.periodEnd) } : {}),
    ...((state === 'canceling' || state === 'paid-late') && end !== undefined
      ? { endsAt: isoTime(end) }
      : {}),
  };
}

type PackOfPurchase = NonNullable<Standing['current']>['pack'];

function smallerPack(set: PackOfPurchase | undefined, paid: PackOfPurchase): PackOfPurchase {
  return set && allowanceOf(set) < allowanceOf(paid) ? set : paid;
}

function subscriptionCard(
  catalogue: Catalogue,
  stripe: StripeSnapshot,
  { state, life, current }: Standing,
): SubscriptionCard {
  const { currency } = catalogue;
  const hasPro =
    life?.subscription.status !== 'canceled' &&
    (life?.subscription.items.some(({ plan }) => plan === catalogue.pro?.key) ?? false);
  const pack =
    state === 'paid-late' ? current?.pack : state === 'exhausted' ? undefined : life?.pack;
  if (!pack) return { state, plan: 'free', name: 'Free', price: 0, currency, pro: hasPro };
  const { cancelAt } = life?.subscription ?? {};
  const nextInvoice = state === 'active' ? nextInvoiceOf(stripe, life) : undefined;
  return {
    state,
    plan: pack.key,
    name: pack.name,
    price: life?.item?.price ?? pack.price,
    currency,
    pro: hasPro,
    ...(nextInvoice ? { nextInvoice } : {}),
    ...(cancelAt === undefined ? {} : { cancelsAt: isoTime(cancelAt) }),
  };
}

/** A draft that waits to be charged, or what is known of the one at the period's end. */
function nextInvoiceOf(
  { invoices, pendingItems, customer }: StripeSnapshot,
  life: Standing['life'],
): SubscriptionCard['nextInvoice'] {
  if (!life?.item) return undefined;
  const { id, items } = life.subscription;
  const draft = invoices.find((one) => one.subscription === id && one.status === 'draft');
  if (draft) {
    return { at: isoTime(draft.finalizesAt ?? draft.createdAt), amount: draft.amountDue };
  }
  const waiting = pendingItems.filter(({ subscription = id }) => subscription === id);
  const amounts = [...items.map(({ price }) => price), ...waiting.map(({ amount }) => amount)];
  const total = amounts.reduce((sum, amount) => sum + amount, customer?.balance ?? 0);
  return { at: isoTime(life.item.periodEnd), amount: Math.max(0, total) };
}

function bannerOf({ books, standing, autoTopUp }: ViewInput): Banner | undefined {
  const { state, life } = standing;
  const freeze = books.freezes.find(({ lifted }) => !lifted);
  if (books.frozen) return { kind: 'frozen', cause: freeze?.cause ?? 'operator' };
  const url = (invoice: { readonly hostedUrl?: string } | undefined): { invoiceUrl?: string } =>
    invoice?.hostedUrl === undefined ? {} : { invoiceUrl: invoice.hostedUrl };
  if (state === 'grace' && life?.overdue) {
    const { invoice, graceEndsAt } = life.overdue;
    return {
      kind: 'payment-failed',
      graceEndsAt: isoTime(graceEndsAt),
      ...(invoice?.nextAttemptAt === undefined
        ? {}
        : { nextAttemptAt: isoTime(invoice.nextAttemptAt) }),
      ...url(invoice),
    };
  }
  if (state === 'exhausted') return { kind: 'payment-given-up', ...url(life?.overdue?.invoice) };
  const { refusedFor, changesAt } = autoTopUp;
  if (refusedFor) {
    const retry = changesAt === undefined ? {} : { retryAt: isoTime(changesAt) };
    return { kind: 'top-up-failed', reason: refusedFor, ...retry };
  }
  const { cancelAt } = life?.subscription ?? {};
  return state === 'canceling' && cancelAt !== undefined
    ? { kind: 'canceling', at: isoTime(cancelAt) }
    : undefined;
}
