/**
 * What the product says of its packs and of the free tier, sentence by sentence, in the order in which it
 * says it.
 */
import { quotePlan } from '../../../index';
import { formatCredits } from '../../../core/contract/credits';
import { isTollgateError } from '../../../core/contract/errors';
import {
  openSeedHouse,
  paid,
  type SeedAccount,
  type SeedHouse,
  TURN_PRICE,
} from '../support/seed-house';

const START = '2026-04-01T12:00:00Z';

let seed: SeedHouse;
beforeAll(async () => {
  seed = await openSeedHouse();
});
afterAll(() => seed.close());

describe('billed in credits', () => {
  it('“Every chat turn consumes credits by the model and by how much data it pulls in”', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    await account.chat({ model: 'grok' }, { model: 'claude' }, { model: 'claude', kb: 12 });
    expect(await charges(account)).toEqual(['1', '4', '10']);
  });

  it('“You pick a monthly pack, and the app shows your live balance as you work”', async () => {
    const account = await seed.openAt(START);
    const { credits } = await account.subscribed('agent-200');
    expect(credits).toMatchObject({ balance: '205', available: '205' });
    await account.chat({ model: 'claude', kb: 40 });
    expect(await account.balance()).toBe('181');
    expect((await account.subscription.refresh()).credits.balance).toBe('181');
  });

  it('“Your remaining balance and the per-turn cost are visible before sending”', async () => {
    const account = await seed.openAt(START);
    const price = { block: 'chat_turn', version: '1', rule: TURN_PRICE };
    const { cost } = quotePlan([{ price, args: [{ model: 'claude', kb: 0 }], count: 1 }]);
    const { available } = (await account.subscription.refresh()).credits;
    expect([available, formatCredits(cost.likely)]).toEqual(['5', '4']);
    await account.chat({ model: 'claude' });
    expect(await charges(account)).toEqual(['4']);
  });
});

describe('the packs at a glance', () => {
  it('“Free: 5 a day, at most 30 held, $0”', async () => {
    const account = await seed.openAt(START);
    const view = await account.until('2026-04-20T12:00:00Z');
    expect(view).toMatchObject({
      credits: { balance: '30' },
      subscription: { plan: 'free', name: 'Free', price: 0, state: 'free' },
    });
    expect(await account.invoices()).toHaveLength(0);
  });

  it.each([
    ['Agent 200', 'agent-200', '200', 50_00],
    ['Agent 1,000', 'agent-1000', '1000', 220_00],
    ['Agent 2,500', 'agent-2500', '2500', 500_00],
    ['Agent 5,000', 'agent-5000', '5000', 900_00],
    ['Agent 10,000', 'agent-10000', '10000', 1_700_00],
  ])('“%s”: its credits each month, at its price', async (name, pack, credits, price) => {
    const account = await seed.openAt(START);
    const view = await account.subscribed(pack);
    expect(view).toMatchObject({
      credits: { allowance: credits, allowanceLeft: credits, resetsAt: '2026-05-01T12:00:00.000Z' },
      subscription: {
        plan: pack,
        name,
        price,
        currency: 'usd',
        state: 'active',
        nextInvoice: { at: '2026-05-01T12:00:00.000Z', amount: price },
      },
    });
    expect(await paid(account)).toEqual([price]);
    // Whatever is left of an allowance ends with its month.
    await account.spend(150);
    const renewed = await account.until('2026-05-01T14:00:00Z');
    expect(renewed.credits).toMatchObject({
      allowanceLeft: credits,
      resetsAt: '2026-06-01T12:00:00.000Z',
    });
    expect(await paid(account)).toEqual([price, price]);
  });

  it('“All packs include every model, every feature, and unlimited seats”', async () => {
    const account = await seed.openAt(START);
    await account.subscribed('agent-200');
    const models = ['claude', 'chatgpt', 'gemini', 'grok'] as const;
    const seats = Array.from({ length: 12 }, (_, seat) => `member-${seat}`);
    const answers = await Promise.all(
      seats.map((member, seat) => account.chat({ model: models[seat % 4] ?? 'grok', member })),
    );
    expect(answers.flat()).toEqual(seats.map((_, seat) => models[seat % 4]));
    expect(await account.balance()).toBe('175');
  });
});

describe('the free tier', () => {
  it('“Every account starts on it: 5 credits each day, capped at 30 held at once”', async () => {
    const account = await seed.openAt('2026-04-01T08:30:15Z');
    const held: string[] = [await account.balance()];
    for (let day = 2; day <= 8; day += 1) {
      await account.until(`2026-04-0${day}T08:30:15Z`);
      held.push(await account.balance());
    }
    expect(held).toEqual(['5', '10', '15', '20', '25', '30', '30', '30']);
  });

  it('“never more than 30”: what is missing is added, no more', async () => {
    const account = await seed.openAt('2026-04-01T00:00:00Z');
    await account.until('2026-04-07T00:00:00Z');
    await account.spend(2);
    expect(await account.balance()).toBe('28');
    await account.until('2026-04-08T00:00:00Z');
    expect(await account.balance()).toBe('30');
  });

  it('“Credits drip in at midnight UTC”, to the second', async () => {
    const account = await seed.openAt('2026-04-01T23:59:58Z');
    await account.until('2026-04-01T23:59:59Z');
    expect(await account.balance()).toBe('5');
    const view = await account.until('2026-04-02T00:00:00Z');
    expect(await account.balance()).toBe('10');
    expect(view.credits.refillsAt).toBe('2026-04-03T00:00:00.000Z');
  });

  it('“try the model picker without entering a payment method”', async () => {
    const account = await seed.openAt(START);
    expect(await account.chat({ model: 'claude' })).toEqual(['claude']);
    const { data } = await seed.house.sdk.paymentMethods.list({ customer: account.customer });
    expect(data).toHaveLength(0);
  });

  it('“When you hit zero, a prompt to upgrade; your balance refills the next day”', async () => {
    const account = await seed.openAt(START);
    await account.chat({ model: 'claude' }, { model: 'grok' });
    expect(await account.balance()).toBe('0');
    const [refusal] = await account.chat({ model: 'grok' });
    expect(refusal).toMatchObject({
      reason: 'EXHAUSTED',
      needed: '1',
      available: '0',
      nextCreditsAt: '2026-04-02T00:00:00.000Z',
      ways: expect.arrayContaining(['upgrade', 'wait']),
    });
    expect((await account.subscription.refresh()).actions).toContain('subscribe');
    await account.until('2026-04-02T00:00:00Z');
    expect(await account.chat({ model: 'claude' })).toEqual(['claude']);
  });
});

it('a pack that is not sold is not to be had', async () => {
  const account = await seed.openAt(START);
  const asked = account.subscription.subscribe({ pack: 'agent-300' });
  const refusal = await asked.catch((error: unknown) => error);
  expect(isTollgateError(refusal, 'PLAN_UNKNOWN')).toBe(true);
});

async function charges({ account }: SeedAccount): Promise<readonly string[]> {
  const entries = await seed.house.ledger.listEntries(account, { limit: 100 });
  return entries
    .filter(({ kind }) => kind === 'settled')
    .map(({ charged = 0n }) => String(Number(charged) / 1e6))
    .reverse();
}
