/** An account and its customer at Stripe belong together for good, whoever writes it down, and however many at once. */
import { randomUUID } from 'node:crypto';
import { openBooks, type Books } from './books';

let books: Books;
beforeAll(async () => (books = await openBooks()));
afterAll(() => books.close());

async function openAccount(): Promise<string> {
  const account = `acct-${randomUUID()}`;
  await books.ledger.openAccount(account);
  return account;
}

const customerOf = async (account: string): Promise<string | undefined> =>
  (await books.ledger.readStripePlace(account)).customer;

/** The place of the one that is not refused, of two that contradict each other. */
async function keptOf(writes: readonly Promise<void>[]): Promise<number> {
  const answers = await Promise.allSettled(writes);
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer] : []));
  expect(refused).toMatchObject([{ reason: { code: 'IDEMPOTENCY_MISMATCH' } }]);
  return answers.findIndex(({ status }) => status === 'fulfilled');
}

/** Two hands have to meet within microseconds: an upsert by account alone was refused in one round of a hundred. */
const ROUNDS = 1_500;

test('many hands may write the same pair at once', async () => {
  const accounts = await Promise.all(Array.from({ length: ROUNDS }, openAccount));
  for (const account of accounts) {
    const customer = `cus_${randomUUID()}`;
    await Promise.all(
      Array.from({ length: 8 }, () => books.ledger.setStripeCustomer(account, customer, true)),
    );
    expect(await books.ledger.findStripeAccount(customer)).toBe(account);
  }
});

test('of two customers for one account the first stays, and the other is refused', async () => {
  const account = await openAccount();
  const customers = [`cus_${randomUUID()}`, `cus_${randomUUID()}`];
  const kept = await keptOf(
    customers.map((customer) => books.ledger.setStripeCustomer(account, customer)),
  );
  expect(await customerOf(account)).toBe(customers[kept]);
});

test('of two accounts for one customer the first stays, and the other is refused', async () => {
  const accounts = await Promise.all([openAccount(), openAccount()]);
  const customer = `cus_${randomUUID()}`;
  const kept = await keptOf(
    accounts.map((account) => books.ledger.setStripeCustomer(account, customer)),
  );
  expect(await Promise.all(accounts.map(customerOf))).toEqual(
    accounts.map((_, place) => (place === kept ? customer : undefined)),
  );
});
