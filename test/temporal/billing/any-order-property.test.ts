/**
 * Two houses live through the same: in one every event comes once, at once and in order, and is looked at
 * before the next; in the other events come twice, shuffled, late, or not at all. After one look both
 * stand at the same place, to the credit, the cent and the second: the view, the books, and what Stripe
 * holds. No line has granted twice, nothing was charged twice, and the books add up.
 *
 * What depends on the moment at which it is heard of is looked at in both houses: running a block, money
 * that goes back, a new card, which is tried as soon as it is known, and a top-up, because the drip of a
 * midnight depends on what is held then (the page that Checkout returns to looks).
 */
import fc from 'fast-check';
import { openBillingHouse, type BillingHouse } from '../support/billing-house';
import { act, take, type Act, type Customer, type Refusal } from '../support/customer-acts';
import { endState, expectOnce } from '../support/end-state';

const RUNS = Number(process.env['TOLLGATE_TEST_ORDER_RUNS'] ?? 4);
const SEED = Number(process.env['TOLLGATE_TEST_ORDER_SEED'] ?? 20_261_122);
/** The longest that time passes without a look where everything is heard. */
const HOURS_AT_ONCE = 100;

const fault = fc.constantFrom(
  { drop: 1 },
  { drop: 0.5, shuffle: true },
  { duplicates: 1, twins: true, shuffle: true, delayMs: 20 },
  { duplicates: 1, twins: true, shuffle: true, drop: 0.5, delayMs: 20 },
);
const DEPENDS_ON_LOOK: readonly Act['do'][] = [
  'spend',
  'refund',
  'refund fails',
  'disputes',
  'new card',
  'top up',
];

/** Every event is heard of, and looked at before the next act. */
async function liveHearing(one: Customer, acts: readonly Act[]): Promise<(Refusal | undefined)[]> {
  const answers: (Refusal | undefined)[] = [];
  for (const next of acts) {
    if (next.do !== 'pass') answers.push(await take(one, next));
    else {
      for (const piece of inPieces(next.hours)) {
        await take(one, piece);
        await one.account.subscription.refresh();
      }
      answers.push(undefined);
    }
    await one.account.subscription.refresh();
  }
  return answers;
}

function inPieces(hours: number): readonly Act[] {
  const pieces: Act[] = [];
  for (let left = hours; left > 0; left -= HOURS_AT_ONCE) {
    pieces.push({ do: 'pass', hours: Math.min(left, HOURS_AT_ONCE) });
  }
  return pieces;
}

/** Nothing is looked at but what was heard, and what asks for a look itself. */
async function liveDeaf(one: Customer, acts: readonly Act[]): Promise<(Refusal | undefined)[]> {
  const answers: (Refusal | undefined)[] = [];
  for (const next of acts) {
    const isLookedAt = DEPENDS_ON_LOOK.includes(next.do);
    if (isLookedAt) await one.account.subscription.refresh();
    answers.push(await take(one, next));
    if (isLookedAt) await one.account.subscription.refresh();
  }
  return answers;
}

test.each(['keep-period', 'restart-period'] as const)(
  'whatever becomes of the events, the same end: %s',
  async (upgradeBilling) => {
    const prompt = await openBillingHouse({ policies: { upgradeBilling } });
    const faulty = await openBillingHouse({ policies: { upgradeBilling } });
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(act, { minLength: 4, maxLength: 12 }),
          fault,
          fc.boolean(),
          (acts, faults, lateComers) => live(prompt, faulty, { acts, faults, lateComers }),
        ),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
    } finally {
      await prompt.close();
      await faulty.close();
    }
  },
  36_000_000,
);

interface Life {
  readonly acts: readonly Act[];
  readonly faults: object;
  /** What was lost comes in the end, after everything that came later. */
  readonly lateComers: boolean;
}

async function live(
  prompt: BillingHouse,
  faulty: BillingHouse,
  { acts, faults, lateComers }: Life,
): Promise<void> {
  await faulty.control('faults/webhooks', faults);
  const [hearing, deaf] = [await open(prompt), await open(faulty)];
  const [expected, answers] = await Promise.all([liveHearing(hearing, acts), liveDeaf(deaf, acts)]);
  expect(answers).toEqual(expected);
  await faulty.control('faults/clear');
  if (lateComers) await faulty.control('webhooks/resend');
  expect(await endState(deaf)).toEqual(await endState(hearing));
  for (const one of [hearing, deaf]) {
    await expectOnce(one);
    expect(await one.house.ledger.doctor()).toMatchObject({ ok: true });
  }
}

async function open(house: BillingHouse): Promise<Customer> {
  return { house, account: await house.openAccount() };
}
