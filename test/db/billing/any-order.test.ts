/**
 * Events are hints. Of two accounts to which the same happens, one hears of everything at once and
 * twice, the other of nothing but by chance: after one reconcile both stand at the same place, no line
 * has granted twice, and the books add up.
 *
 * What is done through the house (a change of packs, a purchase, running a block) looks at Stripe first,
 * so both look then. Money that goes back is heard of by both as well, because it matters whether a refund
 * or a smaller pack took first. Credits of the drip are left out: a gap between two packs that nobody saw
 * has none. And whoever steps down while the invoice of a new period is a draft is awake when that is paid,
 * as the workflow is: what is credited then comes off the next invoice, and so decides which are paid.
 */
import fc from 'fast-check';
import { DEFAULT_CATALOGUE } from '../../../core/billing/plans';
import type { BilledAccount } from '../../support/billing/billed-account';
import { openAccount, untilDraft } from '../../support/billing/subscribed-account';
import { expectCleanBooks, openBooks, type Books } from '../ledger/books';

const RUNS = Number(process.env['TOLLGATE_TEST_BILLING_RUNS'] ?? 25);
const HOUR = 3_600;
const PACKS = DEFAULT_CATALOGUE.packs.map(({ key }) => key);

type Step =
  | { readonly do: 'subscribe' | 'change' | 'change by hand'; readonly pack: number }
  | { readonly do: 'subscribe with Pro'; readonly pack: number }
  | { readonly do: 'pass'; readonly hours: number }
  | { readonly do: 'spend'; readonly amount: number }
  | { readonly do: 'refund'; readonly share: number }
  | { readonly do: 'card'; readonly works: boolean }
  /** To where a new period has begun and its invoice is not yet charged. */
  | { readonly do: 'renews' }
  | {
      readonly do:
        | 'cancel'
        | 'cancel the Agent line'
        | 'undo'
        | 'portal cancels'
        | 'portal undoes'
        | 'ends now'
        | 'top up'
        | 'dispute'
        | 'won'
        | 'lost';
    };

/** Few packs, so that ways down and up again meet. */
const pack = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('subscribe' as const), pack }) },
  fc.record({ do: fc.constant('subscribe with Pro' as const), pack }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('change' as const), pack }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('change by hand' as const), pack }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      hours: fc.constantFrom(1, 2, 30, 200, 400, 750),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('renews' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('spend' as const),
      amount: fc.constantFrom(3, 150, 900, 20_000),
    }),
  },
  fc.record({ do: fc.constant('refund' as const), share: fc.constantFrom(0.1, 0.5, 1) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('card' as const), works: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...([
          'cancel',
          'undo',
          'cancel the Agent line',
          'portal cancels',
          'portal undoes',
          'ends now',
        ] as const),
        ...(['top up', 'dispute', 'won', 'lost'] as const),
      ),
    }),
  },
);

type Sequence = [Step, boolean][];
const DOWN_AND_UP: Sequence = [
  [{ do: 'subscribe', pack: 1 }, true],
  [{ do: 'change by hand', pack: 0 }, false],
  [{ do: 'pass', hours: 30 }, false],
  [{ do: 'change by hand', pack: 1 }, false],
];
const GIVEN_UP_UNSEEN: Sequence = [
  [{ do: 'subscribe', pack: 1 }, true],
  [{ do: 'spend', amount: 150 }, true],
  [{ do: 'card', works: false }, true],
  [{ do: 'pass', hours: 750 }, false],
  [{ do: 'pass', hours: 750 }, false],
];

const DOWN_AND_GIVEN_UP: Sequence = [
  [{ do: 'subscribe', pack: 1 }, true],
  [{ do: 'change by hand', pack: 0 }, false],
  [{ do: 'pass', hours: 30 }, false],
  [{ do: 'card', works: false }, false],
  [{ do: 'pass', hours: 750 }, false],
  [{ do: 'pass', hours: 750 }, false],
];
const OVER_AT_ONCE: Sequence = [
  [{ do: 'subscribe', pack: 1 }, false],
  [{ do: 'change by hand', pack: 0 }, false],
  [{ do: 'ends now' }, false],
  [{ do: 'pass', hours: 1 }, false],
];

const DOWN_UNPAID_AND_UP: Sequence = [
  [{ do: 'subscribe', pack: 1 }, false],
  [{ do: 'card', works: false }, false],
  [{ do: 'change by hand', pack: 0 }, false],
  [{ do: 'change by hand', pack: 2 }, false],
  [{ do: 'change', pack: 0 }, false],
];

let books: Books;
beforeAll(async () => (books = await openBooks()));
afterAll(() => books.close());

test('whatever was heard, the same end state', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.boolean()), { minLength: 3, maxLength: 14 }),
      async (steps) => {
        const all = await openAccount(books);
        for (const [one] of steps) {
          await take(all, one);
          await all.sync();
          await all.sync();
        }
        const few = await openAccount(books);
        for (const [one, heard] of steps) {
          await take(few, one);
          if (heard) await few.sync();
        }
        expect(await endState(few)).toEqual(await endState(all));
        await expectCleanBooks(books);
      },
    ),
    {
      numRuns: RUNS,
      examples: [
        [DOWN_AND_UP],
        [GIVEN_UP_UNSEEN],
        [DOWN_AND_GIVEN_UP],
        [OVER_AT_ONCE],
        [DOWN_UNPAID_AND_UP],
      ],
    },
  );
}, 600_000);

/** When the draft is charged that a change of packs has met. */
const wakesFor = new WeakMap<BilledAccount, number>();

/** What goes through the house looks at Stripe before it acts, and once more after. */
async function take(one: BilledAccount, step: Step): Promise<void> {
  const { stripe } = one;
  const pass = async (seconds: number): Promise<void> => {
    const until = stripe.now() + seconds;
    const wake = wakesFor.get(one) ?? Infinity;
    if (wake < until) {
      one.pass(wake - stripe.now());
      wakesFor.delete(one);
      await one.sync();
    }
    one.pass(until - stripe.now());
  };
  const throughTheHouse = async (action: () => Promise<unknown>): Promise<void> => {
    await one.sync();
    await action();
    await one.sync();
  };
  switch (step.do) {
    case 'pass':
      return pass(step.hours * HOUR);
    case 'renews':
      return pass(untilDraft(one));
    case 'subscribe':
      return throughTheHouse(() => one.subscribe(PACKS[step.pack] ?? ''));
    case 'subscribe with Pro':
      return throughTheHouse(() => one.subscribe(PACKS[step.pack] ?? '', 'pro'));
    case 'change':
    case 'cancel the Agent line': {
      const to = step.do === 'change' ? (PACKS[step.pack] ?? '') : null;
      await throughTheHouse(() => one.change(to));
      const draft = stripe.snapshot().invoices.find(({ status }) => status === 'draft');
      if (draft?.finalizesAt !== undefined) wakesFor.set(one, draft.finalizesAt);
      return;
    }
    case 'cancel':
      return throughTheHouse(() => one.cancel());
    case 'undo':
      return throughTheHouse(() => one.resubscribe());
    case 'spend':
      return throughTheHouse(() => one.spend(step.amount));
    case 'card':
      // A new card is tried when it is heard of, which is an act of its own.
      return throughTheHouse(async () => {
        stripe.card = { name: `${stripe.card.name}+`, works: step.works };
      });
    case 'change by hand': {
      const live = stripe.snapshot().subscriptions.find(({ status }) => status !== 'canceled');
      const to = PACKS[step.pack] ?? '';
      if (live && live.items[0]?.plan !== to) stripe.changeByHand(live.id, to, true);
      return;
    }
    case 'portal cancels':
    case 'portal undoes':
      return stripe.cancelInPortal(step.do === 'portal cancels');
    case 'ends now': {
      const live = stripe.snapshot().subscriptions.find(({ status }) => status !== 'canceled');
      if (live) stripe.cancelNow(live.id);
      return;
    }
    case 'top up':
      return stripe.topUp('top-up-100');
    case 'refund':
      return throughTheHouse(async () => stripe.refund(step.share));
    case 'dispute':
      return throughTheHouse(async () => stripe.dispute());
    case 'won':
      return throughTheHouse(async () => stripe.closeDisputes('won'));
    case 'lost':
      return throughTheHouse(async () => stripe.closeDisputes('lost'));
  }
}

async function endState(one: BilledAccount): Promise<unknown> {
  const { view } = await one.sync();
  const { grants, drip, frozen, unpaid } = await one.books();
  expect(new Set(grants.map(({ key }) => key)).size).toBe(grants.length);
  const lines = one.stripe
    .snapshot()
    .invoices.filter(({ status }) => status === 'paid')
    .flatMap(({ lines: all }) =>
      all.filter(({ plan, amount }) => plan?.startsWith('agent') && amount > 0),
    );
  expect(grants.filter(({ source }) => source === 'pack').length).toBeLessThanOrEqual(lines.length);
  const { credits, subscription, banner, actions } = view;
  return {
    // What an ended grant would have done is of no account.
    grants: grants
      .map(({ source, amount, remaining, priority, expiresAt, ended, unpaid: owed }) =>
        JSON.stringify([source, amount, owed, ended || [remaining, priority, expiresAt]]),
      )
      .sort(),
    drip,
    frozen,
    unpaid,
    // A credit that is found later comes off a later invoice; `received` counts it where it waits.
    subscription: { ...subscription, nextInvoice: subscription.nextInvoice?.at },
    banner: banner?.kind,
    actions,
    allowance: [credits.allowance, credits.allowanceLeft, credits.resetsAt, credits.endsAt],
    received: one.stripe.received(),
  };
}
