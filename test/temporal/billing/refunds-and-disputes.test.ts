/**
 * The promise: money that goes back takes the credits along that it bought, in its share, by the webhook
 * alone. A refund that fails gives them back. A dispute freezes the account at its opening; won, everything
 * is as it was. What was spent before it was asked back can be seen.
 */
import { formatCredits } from '../../../core/contract/credits';
import { eventually } from '../../support/eventually';
import { openBillingHouse, type BillingHouse } from '../support/billing-house';
import { openSeed, type SeedAccount, type SeedHouse } from '../support/seed-house';

const START = '2026-04-01T12:00:00Z';

let house: BillingHouse;
let seed: SeedHouse<BillingHouse>;
beforeAll(async () => {
  house = await openBillingHouse();
  seed = await openSeed(house);
});
afterAll(() => seed.close());

async function subscribed(spent = 0): Promise<SeedAccount & { readonly charge: string }> {
  const account = await seed.openAt(START);
  await account.subscribed('agent-200');
  if (spent > 0) await account.spend(spent);
  const [charge] = (await house.sdk.charges.list({ customer: account.customer })).data;
  return { ...account, charge: charge?.id ?? '' };
}

function whenBalance({ account }: SeedAccount, balance: string): Promise<true> {
  return eventually(
    async () => formatCredits((await house.ledger.readAccount(account)).balance) === balance,
    { what: `a balance of ${balance}` },
  );
}

describe('a refund', () => {
  it('takes its share, and no more when the next one comes', async () => {
    const account = await subscribed();
    await house.sdk.refunds.create({ charge: account.charge, amount: 12_50 });
    await whenBalance(account, '155');
    await house.sdk.refunds.create({ charge: account.charge, amount: 25_00 });
    await whenBalance(account, '55');
    const { subscription, credits } = await account.subscription.refresh();
    expect(subscription.state).toBe('active');
    expect(credits).toMatchObject({ balance: '55', allowanceLeft: '50' });
    expect(credits.unpaid).toBeUndefined();
  });

  it('of all of it shows what had been spent as unpaid', async () => {
    const account = await subscribed(150);
    await house.sdk.refunds.create({ charge: account.charge });
    await whenBalance(account, '5');
    const { credits } = await account.subscription.refresh();
    expect(credits).toMatchObject({ balance: '5', allowanceLeft: '0', unpaid: '150' });
  });

  it('that fails gives back what it took', async () => {
    const account = await subscribed(50);
    const refund = await house.sdk.refunds.create({ charge: account.charge });
    await whenBalance(account, '5');
    await house.control(`refunds/${refund.id}/fail`);
    await whenBalance(account, '155');
    const { credits } = await account.subscription.refresh();
    expect(credits).toMatchObject({ balance: '155', allowanceLeft: '150' });
    expect(credits.unpaid).toBeUndefined();
  });

  it('of a renewal leaves the renewal after it alone', async () => {
    const account = await subscribed();
    await house.sdk.refunds.create({ charge: account.charge });
    await whenBalance(account, '5');
    const { credits } = await account.until('2026-05-01T14:00:00Z');
    expect(credits).toMatchObject({ balance: '205', allowanceLeft: '200' });
  });
});

describe('a dispute', () => {
  async function disputed(spent = 0) {
    const account = await subscribed(spent);
    await house.control(`charges/${account.charge}/dispute`);
    await whenBalance(account, '5');
    const [dispute] = (await house.sdk.disputes.list({ charge: account.charge })).data;
    return {
      ...account,
      close: (evidence: 'winning_evidence' | 'losing_evidence') =>
        house.sdk.disputes.update(dispute?.id ?? '', {
          evidence: { uncategorized_text: evidence },
          submit: true,
        }),
    };
  }

  it('freezes the account at its opening: runs are refused, nothing can be bought', async () => {
    const account = await disputed();
    await expect(account.chat({})).rejects.toMatchObject({
      cause: { cause: { type: 'ACCOUNT_FROZEN' } },
    });
    const view = await account.subscription.refresh();
    expect(view).toMatchObject({ banner: { kind: 'frozen' }, credits: { balance: '5' } });
    expect(view.actions).toEqual(['cancel', 'portal']);
    await expect(account.subscription.topUp({ topUp: 'top-up-100' })).rejects.toMatchObject({
      code: 'BILLING_ACTION_UNAVAILABLE',
    });
  });

  it('that is won restores everything, and runs go on', async () => {
    const account = await disputed(20);
    expect((await account.subscription.refresh()).credits.unpaid).toBe('20');
    await account.close('winning_evidence');
    await whenBalance(account, '185');
    expect(await account.chat({})).toEqual(['grok']);
    const view = await account.subscription.refresh();
    expect(view.banner).toBeUndefined();
    expect(view.credits.unpaid).toBeUndefined();
    expect(view.credits.allowanceLeft).toBe('179');
  });

  it('that is lost leaves nothing of the pack, and unfreezes where nothing was spent', async () => {
    const account = await disputed();
    await account.close('losing_evidence');
    await eventually(async () => !(await house.ledger.readAccount(account.account)).frozen);
    expect(await account.balance()).toBe('5');
    expect(await account.chat({})).toEqual(['grok']);
  });

  it('that is lost after credits were spent stays frozen, until an operator lifts it', async () => {
    const account = await disputed(20);
    await account.close('losing_evidence');
    const view = await account.subscription.refresh();
    expect(view).toMatchObject({ banner: { kind: 'frozen' }, credits: { unpaid: '20' } });
    await house.ledger.setFrozen(account.account, false);
    expect(await account.chat({})).toEqual(['grok']);
    expect((await account.subscription.refresh()).banner).toBeUndefined();
  });
});
