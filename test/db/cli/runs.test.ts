/** Promise: what a run cost can be read block by block, with what it has set aside and its child runs. */
import { credits } from '../../../core/contract/credits';
import type { Ledger } from '../../../ledger/ledger';
import { openLedger } from '../../../ledger/open-ledger';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { chargeRun, describeTestRun } from './charge-run';
import { readCliJson, runCli } from './run-cli';

let database: TestDatabase;
let ledger: Ledger | undefined;
const parent = describeTestRun('digest-1', { member: 'member-7' });
const child = describeTestRun('file-1', { agent: 'file', parent: parent.run });
const other = describeTestRun('chat-1', { agent: 'chat' });

beforeAll(async () => {
  database = await createTestDatabase();
  ledger = await openLedger({ connectionString: database.url });
  for (const account of ['acme', 'globex']) {
    await ledger.openAccount(account, { drip: false });
    await ledger.grant({ account, amount: 100_000_000n, key: 'start', source: 'top-up' });
  }
  await chargeRun(ledger, 'acme', parent, [
    { block: 'read_folder', reserve: '1', charge: '1' },
    { block: 'write', reserve: '5', charge: '2.5', usage: { kb: 12 } },
    { block: 'write', reserve: '4' },
  ]);
  await chargeRun(ledger, 'acme', child, [{ block: 'summarise', reserve: '3', charge: '3' }]);
  await chargeRun(ledger, 'globex', other, [{ block: 'answer', reserve: '2', charge: '2' }]);
});
afterAll(async () => {
  await ledger?.close();
  await database.drop();
});

const read = (...args: string[]) => readCliJson(args, { databaseUrl: database.url });
const run = (...args: string[]) => runCli(args, { databaseUrl: database.url });

it('shows a run with its total, its blocks, what is open and its child runs', async () => {
  expect(await read('runs', 'show', parent.run)).toMatchObject({
    account: 'acme',
    agent: 'digest',
    workflowId: 'digest-1',
    member: 'member-7',
    total: '6.5',
    charged: '3.5',
    reserved: '4',
    blocks: 2,
    entries: [
      {
        block: 'read_folder',
        nth: 1,
        kind: 'settled',
        reserved: '1',
        charged: '1',
        returned: '0',
        priceVersion: 'v1',
      },
      { block: 'write', nth: 2, reserved: '5', charged: '2.5', returned: '2.5', usage: { kb: 12 } },
    ],
    open: [{ block: 'write', nth: 3, amount: '4' }],
    children: [{ agent: 'file', total: '3', entries: [{ block: 'summarise' }] }],
    temporal: { status: null, url: null },
  });
});

it.each([
  ['workflow id', parent.workflowId],
  ['workflow run id', parent.workflowRunId],
])('finds a run by its %s', async (_what, id) => {
  expect(await read('runs', 'show', id)).toMatchObject({ run: parent.run });
});

it('prints the total at the top and one line per block', async () => {
  const { stdout } = await run('runs', 'show', 'digest-1');
  expect(stdout).toMatch(
    /^Total +6\.5 credits \(3\.5 by 2 blocks of its own, the rest by child runs\)\n/,
  );
  expect(stdout).toMatch(/^read_folder +1 +settled +1 +1 +0 +v1/m);
  expect(stdout).toMatch(/^write +2 +settled +5 +2\.5 +2\.5 +v1 +12 kb/m);
  expect(stdout).toMatch(/^write +3 +open +4 +v1/m);
  expect(stdout).toMatch(/^> file \(file-1\) +child run +3 /m);
  expect(stdout).toMatch(/^ {2}summarise +1 +settled +3 +3 +0/m);
});

it("links the run into Temporal's own page where that is known", async () => {
  const shown = await readCliJson(['runs', 'show', 'digest-1', '--no-temporal'], {
    databaseUrl: database.url,
    env: { TEMPORAL_UI: 'http://127.0.0.1:8233' },
  });
  expect(shown).toMatchObject({
    temporal: {
      status: null,
      url: `http://127.0.0.1:8233/namespaces/default/workflows/digest-1/${parent.workflowRunId}/history`,
    },
  });
});

it('shows the run all the same when Temporal does not answer', async () => {
  const shown = await readCliJson(['runs', 'show', 'digest-1'], {
    databaseUrl: database.url,
    env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
  });
  expect(shown).toMatchObject({ total: '6.5', temporal: { status: null } });
});

it('refuses a run that is not there', async () => {
  const { status, stderr } = await run('runs', 'show', 'no-such-run');
  expect(status).toBe(43);
  expect(stderr).toMatch(/^RUN_UNKNOWN: /);
});

it('lists runs of all accounts, of one account, of one agent', async () => {
  const ids = async (...args: string[]) => {
    const { runs } = (await read('runs', 'list', ...args)) as { runs: { workflowId: string }[] };
    return runs.map(({ workflowId }) => workflowId).sort();
  };
  expect(await ids()).toEqual(['chat-1', 'digest-1', 'file-1']);
  expect(await ids('--account', 'acme')).toEqual(['digest-1', 'file-1']);
  expect(await ids('--agent', 'chat')).toEqual(['chat-1']);
  expect((await run('runs', 'list', '--agent', 'chat')).stdout).toMatch(
    /^.{20} +chat +globex +2 +1 +0 +chat-1 /m,
  );
});

it('lists runs a page at a time', async () => {
  const first = (await read('runs', 'list', '--limit', '2')) as { runs: unknown[]; next: string };
  const second = (await read('runs', 'list', '--limit', '2', '--after', first.next)) as {
    runs: unknown[];
  };
  expect([first.runs.length, second.runs.length]).toEqual([2, 1]);
});

it('lists what is set aside with age, deadline and run', async () => {
  expect(await read('reservations', '--account', 'acme')).toMatchObject({
    reservations: [
      {
        account: 'acme',
        block: 'write',
        amount: '4',
        run: parent.run,
        workflowId: 'digest-1',
        call: expect.stringMatching(/^-?\d+$/),
      },
    ],
    complete: true,
  });
  expect(await read('reservations', '--account', 'globex')).toMatchObject({ reservations: [] });
  expect((await run('reservations')).stdout).toMatch(
    /^acme +write +3 +4 +v1 +[\dms ]+ +in [\dhms ]+ +digest-1 /m,
  );
});

it('says of a run what it set aside for itself, and what became of that', async () => {
  const account = 'guaranteed';
  if (!ledger) throw new Error('The ledger was not opened.');
  const facts = describeTestRun('guaranteed-1');
  await ledger.openAccount(account, { drip: false });
  await ledger.grant({ account, amount: credits('30'), key: 'g', source: 'operator' });
  const guarantee = { amount: credits('25'), facts, namespace: 'default', aliveAs: 'r' };
  await chargeRun(ledger, account, facts, [{ block: 'a', reserve: '5', charge: '4' }], guarantee);
  expect((await run('runs', 'show', 'guaranteed-1')).stdout).toMatch(
    /^Guarantee +25, 4 of it spent, 21 left$/m,
  );
  expect((await run('reservations', '--account', account)).stdout).toMatch(
    /^guaranteed +\(guarantee\) +0 +21 /m,
  );
  await ledger.endGuarantee(facts.run);
  expect((await run('runs', 'show', 'guaranteed-1')).stdout).toMatch(
    /^Guarantee +25, 4 of it spent, 21 returned$/m,
  );
  expect(await read('runs', 'show', 'guaranteed-1')).toMatchObject({
    guarantee: { amount: '25', spent: '4', returned: '21', holds: '0' },
    entries: [{ guaranteed: '4' }, { block: '(guarantee)', kind: 'released', returned: '21' }],
  });
});
