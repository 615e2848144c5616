/**
 * An account whose books are real and whose Stripe is the model: what its owner does, what time does,
 * and `sync`, which decides and carries out until nothing is asked for any more.
 */
import { changeRequests, planChange, removeCredit } from '../../../core/billing/plan-change';
import { planCancel, planResubscribe, planSubscribe } from '../../../core/billing/plan-actions';
import {
  reconcile,
  type BillingDecision,
  type BillingInput,
} from '../../../core/billing/reconcile';
import type { AutoTopUp } from '../../../core/contract/auto-top-up';
import type { BillingBooks } from '../../../core/contract/billing-books';
import { isTollgateError } from '../../../core/contract/errors';
import type { Catalogue } from '../../../core/contract/plans';
import type { StripeCommand } from '../../../core/contract/stripe-command';
import { call, DAY_MS, settleOf, type Books } from '../../db/ledger/books';
import { createStripeModel, type StripeModel } from './stripe-model';

const MOST_PASSES = 20;

export interface BilledAccount {
  readonly account: string;
  readonly stripe: StripeModel;
  autoTopUp?: AutoTopUp;
  /** Stripe commands that were carried out, by key. */
  readonly sent: StripeCommand[];
  input(): Promise<BillingInput>;
  /** Reads, decides and acts until it is quiet; the last decision. */
  sync(): Promise<BillingDecision>;
  /** Moves Stripe's clock and the books'. */
  pass(seconds: number): void;
  subscribe(pack: string, ...more: string[]): Promise<boolean>;
  change(to: string | null): Promise<boolean>;
  cancel(): Promise<boolean>;
  resubscribe(): Promise<boolean>;
  /** Runs a block that costs so many credits, or as many as there are. */
  spend(amount: number): Promise<number>;
  books(): Promise<BillingBooks>;
}

let accounts = 0;

export async function openBilledAccount(
  books: Books,
  catalogue: Catalogue,
  start: Date,
): Promise<BilledAccount> {
  const account = `billed-${(accounts += 1)}`;
  const at = start.getTime() / 1_000;
  const stripe = createStripeModel(catalogue, at);
  books.moveTo(start);
  await books.ledger.openAccount(account);
  const sent: StripeCommand[] = [];
  let actions = 0;

  const self: BilledAccount = {
    account,
    stripe,
    sent,
    books: () => books.ledger.readBilling(account),
    pass(seconds) {
      stripe.advance(seconds);
      books.moveTo(new Date(stripe.now() * 1_000));
    },
    async input() {
      return {
        catalogue,
        books: await books.ledger.readBilling(account),
        stripe: stripe.snapshot(),
        ...(self.autoTopUp ? { autoTopUp: self.autoTopUp } : {}),
        now: stripe.now(),
      };
    },
    async sync() {
      for (let pass = 0; pass < MOST_PASSES; pass += 1) {
        const decision = reconcile(await self.input());
        if (decision.ledger.length > 0) {
          await books.ledger.applyBilling(account, decision.ledger);
        } else if (decision.stripe.length > 0) {
          for (const command of decision.stripe) {
            sent.push(command);
            stripe.send(command);
          }
        } else return decision;
      }
      const { ledger, stripe: commands } = reconcile(await self.input());
      throw new Error(`never quiet: ${JSON.stringify([ledger, commands])}`);
    },
    subscribe: (pack, ...more) =>
      act(async () => {
        const asked = planSubscribe(await self.input(), pack, next());
        if (asked === 'add') await change(pack);
        else stripe.subscribe(pack, ...more);
      }),
    change: (to) => act(() => change(to)),
    cancel: () => act(async () => stripe.send(planCancel(await self.input(), next()))),
    resubscribe: () => act(async () => stripe.send(planResubscribe(await self.input(), next()))),
    async spend(amount) {
      const { available } = await books.ledger.readAccount(account);
      const whole = Math.min(amount, Math.floor(Number(available) / 1e6));
      if (whole === 0) return 0;
      const request = call(account, String(whole), { deadlineMs: DAY_MS });
      const answer = await books.ledger.reserve(request);
      if (answer.kind !== 'reserved') return 0;
      await books.ledger.settle(settleOf(request, String(whole)));
      return whole;
    },
  };
  return self;

  function next(): string {
    return `${account}-${(actions += 1)}`;
  }

  /** As the workflow does it: take, ask Stripe, and give back what Stripe refused. */
  async function change(to: string | null): Promise<void> {
    const input = await self.input();
    const plan = planChange(input, to, next());
    const [taken] = plan.take ? await books.ledger.applyBilling(account, [plan.take]) : [];
    const requests = changeRequests(input, plan, taken?.amount.replace('-', ''));
    try {
      for (const request of requests) stripe.send(request);
    } catch (error) {
      stripe.send(removeCredit(input, plan));
      await books.ledger.applyBilling(account, plan.undo);
      throw error;
    }
  }

  /** False when it was refused: by the rules, or by the card. */
  async function act(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      if (isTollgateError(error, 'BILLING_ACTION_UNAVAILABLE')) return false;
      if (error instanceof Error && error.message === 'declined') return false;
      throw error;
    }
  }
}
