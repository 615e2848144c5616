/**
 * What can happen to a subscription, one act at a time, as random sequences draw it: what its owner asks
 * through the house, on Stripe's pages and at the bank, what an operator does in Stripe's Dashboard, and
 * time. An act that is not possible is refused and changes nothing; the refusal is answered.
 */
import fc from 'fast-check';
import Stripe from 'stripe';
import { credits, formatCredits } from '../../../core/contract/credits';
import { isTollgateError, type ErrorCode } from '../../../core/contract/errors';
import { call, DAY_MS, settleOf } from '../../db/ledger/books';
import type { BillingHouse, TestAccount } from './billing-house';

const HOUR = 3_600;
const CARD = '4242424242424242';
const OTHER_CARD = '5555555555554444';
const FAILING_CARD = '4000000000000341';
const DECLINED_CARD = '4000000000000002';
const DISPUTED_CARD = '4000000000000259';

/** Of an account in a house. */
export interface Customer {
  readonly house: BillingHouse;
  readonly account: TestAccount;
}

/** What an operator does in Stripe's Dashboard. */
type ByHand =
  | { readonly do: 'change by hand'; readonly pack: string }
  | {
      readonly do: 'add pro' | 'drop pro' | 'cancel by hand' | 'keep by hand' | 'end by hand';
    };

export type Act =
  | ByHand
  | { readonly do: 'subscribe'; readonly pack: string; readonly card: string }
  | { readonly do: 'change'; readonly pack: string }
  | { readonly do: 'pass'; readonly hours: number }
  | { readonly do: 'spend'; readonly amount: number }
  | { readonly do: 'top up'; readonly how: 'pay' | 'decline' | 'arrives' | 'fails' | 'dispute' }
  | { readonly do: 'new card'; readonly card: string }
  | { readonly do: 'bank'; readonly declines: boolean }
  | { readonly do: 'refund'; readonly share: number }
  | { readonly do: 'disputes'; readonly end: 'won' | 'lost' }
  | {
      readonly do: 'cancel' | 'resubscribe' | 'cancel agent line' | 'pay late' | 'refund fails';
    };

/** Few packs, so that ways down and up again meet. */
const pack = fc.constantFrom('agent-200', 'agent-1000', 'agent-2500');
const card = fc.constantFrom(CARD, CARD, CARD, CARD, FAILING_CARD, DISPUTED_CARD);

export const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('subscribe' as const), pack, card }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('change' as const), pack }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('change by hand' as const), pack }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      hours: fc.constantFrom(1, 30, 200, 400, 750),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('spend' as const),
      amount: fc.constantFrom(3, 150, 900, 20_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('top up' as const),
      how: fc.constantFrom('pay' as const, 'pay', 'decline', 'arrives', 'fails', 'dispute'),
    }),
  },
  fc.record({
    do: fc.constant('new card' as const),
    card: fc.constantFrom(OTHER_CARD, FAILING_CARD),
  }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('bank' as const), declines: fc.boolean() }) },
  fc.record({ do: fc.constant('refund' as const), share: fc.constantFrom(0.1, 0.5, 1) }),
  fc.record({ do: fc.constant('disputes' as const), end: fc.constantFrom('won', 'lost') }),
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['cancel', 'resubscribe', 'cancel agent line', 'add pro', 'drop pro'] as const),
        ...(['cancel by hand', 'keep by hand', 'end by hand'] as const),
        ...(['pay late', 'pay late', 'refund fails'] as const),
      ),
    }),
  },
);

/** What refused an act: one of our codes, or Stripe's word. */
export type Refusal = ErrorCode | 'refused by Stripe' | 'nothing to do it to';

/** Acts, and answers what refused it. What refuses in an unexpected way is thrown. */
export async function take(one: Customer, next: Act): Promise<Refusal | undefined> {
  try {
    await perform(one, next);
    return undefined;
  } catch (error) {
    if (isTollgateError(error, 'BILLING_ACTION_UNAVAILABLE')) return error.code;
    if (isTollgateError(error, 'CARD_DECLINED')) return error.code;
    if (error instanceof Stripe.errors.StripeError || error instanceof PageRefused) {
      return 'refused by Stripe';
    }
    if (error instanceof NothingThere) return 'nothing to do it to';
    throw error;
  } finally {
    await one.house.simulator.settled();
  }
}

class PageRefused extends Error {}
class NothingThere extends Error {}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new NothingThere();
  return value;
}

async function perform(one: Customer, next: Act): Promise<void> {
  const { house, account } = one;
  const { sdk } = house;
  const { customer, subscription } = account;
  switch (next.do) {
    case 'pass':
      return account.advance(next.hours * HOUR);
    case 'subscribe': {
      const answer = await subscription.subscribe({ pack: next.pack });
      if ('url' in answer) await submit(answer.url, { outcome: 'pay', card: next.card });
      return;
    }
    case 'change':
      await subscription.changePack({ pack: next.pack });
      return;
    case 'cancel':
      await subscription.cancel();
      return;
    case 'resubscribe':
      await subscription.resubscribe();
      return;
    case 'cancel agent line':
      await subscription.cancelAgentLine();
      return;
    case 'top up':
      return topUp(one, next.how);
    case 'spend':
      return spend(one, next.amount);
    case 'new card': {
      const { url } = await subscription.portal();
      return submit(url, { outcome: 'card', card: next.card });
    }
    case 'bank': {
      const { data } = await sdk.paymentMethods.list({ customer });
      for (const { id } of data) {
        const decline = next.declines ? 'insufficient_funds' : null;
        await house.control(`payment_methods/${id}`, { decline });
      }
      return;
    }
    case 'pay late': {
      const { data } = await sdk.invoices.list({ customer, status: 'open' });
      return submit(required(data[0]?.hosted_invoice_url ?? undefined), { card: OTHER_CARD });
    }
    case 'refund':
      return refund(one, next.share);
    case 'refund fails': {
      const { data } = await sdk.charges.list({ customer, expand: ['data.refunds'] });
      const last = data.flatMap(({ refunds }) => refunds?.data ?? [])[0];
      const { id, status } = required(last);
      if (status === 'succeeded') await house.control(`refunds/${id}/fail`);
      return;
    }
    case 'disputes': {
      for (const { id, status } of (await sdk.disputes.list({ limit: 100 })).data) {
        if (status !== 'needs_response') continue;
        const evidence = { uncategorized_text: 'winning_evidence' };
        if (next.end === 'won') await sdk.disputes.update(id, { evidence, submit: true });
        else await sdk.disputes.close(id);
      }
      return;
    }
    default:
      return atTheDashboard(one, next);
  }
}

async function atTheDashboard({ house, account }: Customer, next: ByHand): Promise<void> {
  const { sdk } = house;
  const { data } = await sdk.subscriptions.list({ customer: account.customer });
  const { id, items } = required(data[0]);
  const lookup = (key: string): Promise<string> => priceOf(sdk, key);
  const pro = items.data.find(({ price }) => price.lookup_key === 'tollgate_pro');
  const agent = items.data.find(({ price }) => price.lookup_key?.startsWith('tollgate_agent'));
  switch (next.do) {
    case 'change by hand': {
      const price = await lookup(`tollgate_${next.pack.replace('-', '_')}`);
      await sdk.subscriptions.update(id, {
        items: [{ id: required(agent).id, price }],
        proration_behavior: 'always_invoice',
      });
      return;
    }
    case 'add pro':
      if (!pro) {
        const price = await lookup('tollgate_pro');
        await sdk.subscriptions.update(id, { items: [{ price }] });
      }
      return;
    case 'drop pro':
      await sdk.subscriptions.update(id, { items: [{ id: required(pro).id, deleted: true }] });
      return;
    case 'cancel by hand':
      await sdk.subscriptions.update(id, { cancel_at: items.data[0]?.current_period_end ?? 0 });
      return;
    case 'keep by hand':
      await sdk.subscriptions.update(id, { cancel_at: '' });
      return;
    case 'end by hand':
      await sdk.subscriptions.cancel(id);
  }
}

export async function priceOf(sdk: Stripe, lookupKey: string): Promise<string> {
  const { data } = await sdk.prices.list({ lookup_keys: [lookupKey] });
  return required(data[0]).id;
}

/** Sends a form of one of Stripe's pages, as the browser does. */
export async function submit(url: string, form: Record<string, string>): Promise<void> {
  const body = new URLSearchParams(form);
  const { status } = await fetch(url, { method: 'POST', body, redirect: 'manual' });
  if (status !== 303) throw new PageRefused(`the page answered ${status}`);
}

type TopUpWay = Extract<Act, { readonly do: 'top up' }>['how'];

async function topUp({ account }: Customer, how: TopUpWay): Promise<void> {
  const { url } = await account.subscription.topUp({ topUp: 'top-up-100' });
  if (how === 'pay') return submit(url, { outcome: 'pay', card: CARD });
  if (how === 'dispute') return submit(url, { outcome: 'pay', card: DISPUTED_CARD });
  if (how === 'decline') return submit(url, { outcome: 'pay', card: DECLINED_CARD });
  await submit(url, { outcome: 'later' });
  return submit(url, { outcome: how });
}

async function refund({ house: { sdk }, account }: Customer, share: number): Promise<void> {
  const { data } = await sdk.charges.list({ customer: account.customer, limit: 100 });
  const charge = required(data.find(({ status }) => status === 'succeeded'));
  const left = charge.amount - charge.amount_refunded;
  await sdk.refunds.create({
    charge: charge.id,
    amount: Math.min(left, Math.ceil(charge.amount * share)),
  });
}

/** Runs a block that costs so many whole credits, or as many as there are. */
async function spend({ house: { ledger }, account }: Customer, wanted: number): Promise<void> {
  const { available } = await ledger.readAccount(account.account);
  const whole = Math.min(wanted, Math.floor(Number(formatCredits(available))));
  if (whole === 0) throw new NothingThere();
  const request = call(account.account, String(whole), { deadlineMs: DAY_MS });
  const answer = await ledger.reserve(request);
  if (answer.kind !== 'reserved') throw new NothingThere();
  await ledger.settle(settleOf(request, formatCredits(credits(String(whole)))));
}
