/**
 * Promise: a quote of an agent says what its past runs cost, child runs included, and rests on the runs
 * that it says it rests on.
 */
import { formatCredits } from '../../../core/contract/credits';
import type { AgentQuoteRequest } from '../../../ledger/ledger';
import { chargeRun, describeTestRun } from '../cli/charge-run';
import { call, fundedAccount, openBooks, settleOf, type Books } from './books';

let books: Books;
beforeAll(async () => (books = await openBooks()));
afterAll(() => books.close());

/** Its runs, one for each list of costs. */
async function runAgent(
  account: string,
  agent: string,
  runs: readonly (readonly string[])[],
  more: { readonly parent?: string; readonly schedule?: string } = {},
): Promise<string[]> {
  const keys: string[] = [];
  for (const costs of runs) {
    const facts = describeTestRun(`${agent}-${keys.length}`, { agent, ...more });
    await chargeRun(
      books.ledger,
      account,
      facts,
      costs.map((charge) => ({ block: 'write', reserve: '10', charge })),
    );
    keys.push(facts.run);
  }
  return keys;
}

async function quote(request: AgentQuoteRequest) {
  const quoted = await books.ledger.quoteAgent(request);
  if (!quoted) return undefined;
  const { minimum, likely, maximum, runs } = quoted;
  return { costs: [minimum, likely, maximum].map(formatCredits).join(' '), runs };
}

test('an agent that has never run has no quote', async () => {
  expect(await quote({ agent: 'nobody' })).toBeUndefined();
});

test('a quote adds up the blocks of each run', async () => {
  const account = await fundedAccount(books, '100');
  await runAgent(account, 'adder', [['1', '2'], ['4'], ['1', '1', '3']]);
  expect(await quote({ agent: 'adder' })).toEqual({ costs: '3 4 5', runs: 3 });
});

test('child runs at any depth count to the run above them', async () => {
  const account = await fundedAccount(books, '100');
  const [top] = await runAgent(account, 'parent', [['1']]);
  const [middle] = await runAgent(account, 'middle', [['2']], { parent: top ?? '' });
  await runAgent(account, 'leaf', [['3'], ['0.5']], { parent: middle ?? '' });
  expect(await quote({ agent: 'parent' })).toEqual({ costs: '6.5 6.5 6.5', runs: 1 });
  expect(await quote({ agent: 'middle' })).toEqual({ costs: '5.5 5.5 5.5', runs: 1 });
});

test('an account or a schedule narrows it down to its own runs', async () => {
  const account = await fundedAccount(books, '100');
  const other = await fundedAccount(books, '100');
  await runAgent(account, 'shared', [['1']]);
  await runAgent(account, 'shared', [['3']], { schedule: 'daily' });
  await runAgent(other, 'shared', [['8']]);
  expect(await quote({ agent: 'shared' })).toEqual({ costs: '1 4 8', runs: 3 });
  expect(await quote({ agent: 'shared', account })).toEqual({ costs: '1 2 3', runs: 2 });
  expect(await quote({ agent: 'shared', account, schedule: 'daily' })).toEqual({
    costs: '3 3 3',
    runs: 1,
  });
  expect(await quote({ agent: 'shared', schedule: 'daily' })).toEqual({ costs: '3 3 3', runs: 1 });
});

test('runs with a block under way, and runs that were refused at once, do not count', async () => {
  const account = await fundedAccount(books, '20');
  await runAgent(account, 'partly', [['2']]);
  const running = describeTestRun('running', { agent: 'partly' });
  await chargeRun(books.ledger, account, running, [
    { block: 'write', reserve: '1', charge: '1' },
    { block: 'write', reserve: '1' },
  ]);
  const facts = describeTestRun('refused', { agent: 'partly' });
  const refused = await books.ledger.reserve(call(account, '99', { run: facts.run, facts }));
  expect(refused.kind).toBe('insufficient');
  expect(await quote({ agent: 'partly', account })).toEqual({ costs: '2 2 2', runs: 1 });
});

test('what was released is not a cost, what was absorbed is not charged', async () => {
  const account = await fundedAccount(books, '5');
  const facts = describeTestRun('overrun', { agent: 'overrun' });
  const request = call(account, '4', { run: facts.run, facts });
  await books.ledger.reserve(request);
  await books.ledger.settle(settleOf(request, '9'));
  expect(await quote({ agent: 'overrun' })).toEqual({ costs: '5 5 5', runs: 1 });
});

test('of twenty runs one may have cost anything', async () => {
  const account = await fundedAccount(books, '500');
  await runAgent(account, 'steady', [
    ...Array.from({ length: 19 }, () => ['2']),
    Array.from({ length: 10 }, () => '10'),
  ]);
  expect(await quote({ agent: 'steady' })).toEqual({ costs: '2 2 2', runs: 20 });
});

test('only the newest 200 runs count', async () => {
  const account = await fundedAccount(books, '5000');
  const old = '00000001-0000-4000-8000-';
  for (let nth = 0; nth < 12; nth += 1) {
    const run = `${old}${String(nth).padStart(12, '0')}`;
    const facts = describeTestRun(`old-${nth}`, { agent: 'changed', run, scope: run });
    await chargeRun(books.ledger, account, facts, [{ block: 'write', reserve: '9', charge: '9' }]);
  }
  await runAgent(
    account,
    'changed',
    Array.from({ length: 200 }, () => ['1']),
  );
  expect(await quote({ agent: 'changed' })).toEqual({ costs: '1 1 1', runs: 200 });
});

test('an unknown account is refused', async () => {
  await expect(quote({ agent: 'adder', account: 'nobody' })).rejects.toMatchObject({
    code: 'ACCOUNT_UNKNOWN',
  });
});

test('the newest runs are found by an index, not by a scan', async () => {
  await books.database.query(
    `insert into tollgate.runs (id, account, started_at, agent, workflow_id, workflow_run_id, scope)
     select gen_random_uuid(), 1, now(), 'filler-' || n % 50, '', '', '' from generate_series(1, 5000) n`,
  );
  await books.database.query('analyze tollgate.runs');
  const plan = await books.database.query(
    `explain select id from tollgate.runs where agent = 'filler-7' order by id desc limit 200`,
  );
  expect(JSON.stringify(plan)).toMatch(/runs_agent/);
});
