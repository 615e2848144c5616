/** Promise: what a call is expected to cost is learned from the calls of the same block, price and option. */
import { credits, formatCredits } from '../../../core/contract/credits';
import type { PinnedPrice } from '../../../core/contract/reservation';
import { describeTestRun } from '../cli/charge-run';
import { call, fundedAccount, openBooks, settleOf, type Books } from './books';

let books: Books;
let account: string;
beforeAll(async () => {
  books = await openBooks();
  account = await fundedAccount(books, '100000');
});
afterAll(() => books.close());

const priceOf = (block: string, version = '1'): PinnedPrice => ({
  block,
  version,
  rule: {
    kind: 'option',
    option: 'model',
    cases: { small: { kind: 'fixed', credits: '1' } },
    otherwise: { kind: 'fixed', credits: '10' },
  },
});

/** Calls that cost so much, each in a run of its own. */
async function charge(
  price: PinnedPrice,
  choice: string,
  costs: readonly string[],
  agent = 'writer',
): Promise<void> {
  for (const cost of costs) {
    const facts = describeTestRun(`w-${cost}`, { agent });
    const request = call(account, '20', { price, choice, run: facts.run, facts });
    await books.ledger.reserve(request);
    await books.ledger.settle(settleOf(request, cost));
  }
}

async function learned(price: PinnedPrice, choice: string, agent?: string): Promise<string> {
  const [past] = await books.ledger.readPastCosts(
    [{ price, choice }],
    agent === undefined ? {} : { agent },
  );
  if (!past) return 'nothing';
  const { minimum, likely, maximum, calls } = past;
  return `${[minimum, likely, maximum].map(formatCredits).join(' ')} of ${calls}`;
}

const times = (count: number, cost: string): string[] => Array.from({ length: count }, () => cost);

test('fewer than ten calls teach nothing', async () => {
  const price = priceOf('few');
  expect(await learned(price, '')).toBe('nothing');
  await charge(price, '', times(9, '3'));
  expect(await learned(price, '')).toBe('nothing');
  await charge(price, '', ['3']);
  expect(await learned(price, '')).toBe('3 3 3 of 10');
});

test('options, versions and rules are told apart', async () => {
  await charge(priceOf('apart'), 'model=small', times(10, '1'));
  await charge(priceOf('apart'), 'model=otherwise', times(12, '7'));
  await charge(priceOf('apart', '2'), 'model=small', times(11, '2'));
  expect(await learned(priceOf('apart'), 'model=small')).toBe('1 1 1 of 10');
  expect(await learned(priceOf('apart'), 'model=otherwise')).toBe('7 7 7 of 12');
  expect(await learned(priceOf('apart', '2'), 'model=small')).toBe('2 2 2 of 11');
  const changed: PinnedPrice = { ...priceOf('apart'), rule: { kind: 'fixed', credits: '9' } };
  expect(await learned(changed, 'model=small')).toBe('nothing');
});

test('several calls are answered in their order', async () => {
  const price = priceOf('several');
  await charge(price, 'model=small', times(10, '4'));
  const past = await books.ledger.readPastCosts([
    { price, choice: 'model=large' },
    { price, choice: 'model=small' },
  ]);
  expect(past.map((one) => one?.likely)).toEqual([undefined, credits('4')]);
});

test('one call in twenty may cost anything', async () => {
  const price = priceOf('outlier');
  await charge(price, '', [...times(19, '2'), '900']);
  expect(await learned(price, '')).toBe('2 2 2 of 20');
});

test('with an agent, only calls of its runs count', async () => {
  const price = priceOf('by-agent');
  await charge(price, '', times(10, '2'), 'cheap');
  await charge(price, '', times(10, '8'), 'dear');
  expect(await learned(price, '')).toBe('2 5 8 of 20');
  expect(await learned(price, '', 'dear')).toBe('8 8 8 of 10');
});

test('what was released is no call that was paid for', async () => {
  const price = priceOf('released');
  await charge(price, '', times(10, '2'));
  const request = call(account, '20', { price });
  await books.ledger.reserve(request);
  const { run, claim } = request;
  await books.ledger.release({ account, run, call: request.call, claim });
  expect(await learned(price, '')).toBe('2 2 2 of 10');
});

test('a price without options keeps the number that it had before there were choices', async () => {
  const price: PinnedPrice = {
    block: 'plain',
    version: '1',
    rule: { kind: 'fixed', credits: '1' },
  };
  await books.database.query(
    `insert into tollgate.prices (block, version, rule, digest)
     values ('plain', '1', $1, md5($2)::uuid)`,
    [price.rule, JSON.stringify(['plain', '1', '{"credits":"1","kind":"fixed"}'])],
  );
  await charge(price, '', times(10, '1'));
  expect(await learned(price, '')).toBe('1 1 1 of 10');
  expect(
    await books.database.query(`select 1 from tollgate.prices where block = 'plain'`),
  ).toHaveLength(1);
});
