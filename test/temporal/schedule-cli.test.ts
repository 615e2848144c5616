/** Promise: operators make, see, change and delete schedules on the command line; mistakes say what to do. */
import { randomUUID } from 'node:crypto';
import { readCliJson, runCli } from '../db/cli/run-cli';
import { eventually } from '../support/eventually';
import { openHouse, type GatedHouse } from './support/gated-house';

let house: GatedHouse;
let account: string;
beforeAll(async () => {
  house = await openHouse();
  account = await house.fund('10');
});
afterAll(() => house.close());

const options = () => ({
  databaseUrl: house.database.url,
  env: { TEMPORAL_ADDRESS: house.temporal.address },
});
const read = (...args: string[]) => readCliJson(['schedule', ...args], options());
const run = (...args: string[]) => runCli(['schedule', ...args], options());

async function create(...more: string[]): Promise<string> {
  const id = `daily-${randomUUID().slice(0, 8)}`;
  const needed = ['--agent', 'plan', '--task-queue', house.taskQueue, '--cron', '0 9 1 1 *'];
  await read('create', account, id, ...needed, ...more);
  return id;
}

it('makes one, and shows it in words and as JSON', async () => {
  const id = await create('--args', '[[]]', '--needs', '2', '--on-replenish', 'run-once');
  expect(await read('show', account, id)).toMatchObject({
    account,
    id,
    state: 'active',
    agent: 'plan',
    needs: '2',
    onReplenish: 'run-once',
    skipped: 0,
    skippedRuns: [],
  });
  const { stdout } = await run('show', account, id);
  expect(stdout).toMatch(/^Schedule +daily-/);
  expect(stdout).toMatch(/^When +0 9 1 1 \*$/m);
});

it('lists the schedules of the account', async () => {
  const id = await create();
  expect(await read('list', account)).toMatchObject({
    schedules: expect.arrayContaining([expect.objectContaining({ id, state: 'active' })]),
    next: null,
  });
  const { stdout } = await run('list', account);
  expect(stdout).toMatch(/^SCHEDULE +STATE +AGENT +WHEN +NEXT +STARTED +SKIPPED\n/);
});

it('pauses, unpauses, changes and deletes it', async () => {
  const id = await create();
  await read('pause', account, id, '--note', 'on holiday');
  expect(await read('show', account, id)).toMatchObject({ state: 'paused', note: 'on holiday' });
  await read('unpause', account, id);
  expect(await read('update', account, id, '--every', '6h', '--day-budget', '3')).toMatchObject({
    state: 'active',
    spec: { intervals: [{ every: '6h' }] },
  });
  expect(await house.ledger.listBudgets(account)).toMatchObject([{ subject: id, cap: 3_000_000n }]);
  expect((await run('delete', account, id)).status).toBe(0);
  expect((await run('show', account, id)).status).toBe(46);
});

it('shows what was skipped and why', async () => {
  const worker = await house.startWorker();
  const id = await create('--args', '[[]]', '--needs', '1000');
  await read('trigger', account, id);
  const shown = await eventually(
    async () => {
      const one = (await read('show', account, id)) as { readonly skipped: number };
      return one.skipped > 0 && one;
    },
    { deadlineMs: 60_000 },
  );
  expect(shown).toMatchObject({
    skippedRuns: [{ reason: 'credits', needed: '1000', available: '10' }],
  });
  await worker.stop();
});

it('starts the runs of times that have passed, one after the other', async () => {
  const worker = await house.startWorker();
  const id = await create('--args', '[[{"call":"work","input":{"label":"backfilled"}}]]');
  const range = ['--from', '2019-06-01', '--to', '2021-06-01T00:00:00Z'];
  expect(await read('backfill', account, id, ...range)).toMatchObject({
    done: 'backfill',
    from: '2019-06-01T00:00:00.000Z',
  });
  await eventually(async () => (await house.charges(account)).length === 2, {
    what: 'the runs of two years',
    deadlineMs: 120_000,
  });
  expect(house.work.runs('backfilled')).toBe(2);
  await worker.stop();
});

it.each([
  ['no agent', ['create', 'x', '--cron', '0 9 * * *'], 'INPUT_INVALID'],
  ['no times', ['create', 'x', '--agent', 'plan'], 'INPUT_INVALID'],
  ['times that are none', ['create', 'x', '--agent', 'plan', '--cron', 'now'], 'INPUT_INVALID'],
  ['a span that is none', ['create', 'x', '--agent', 'plan', '--every', 'soon'], 'INPUT_INVALID'],
  ['arguments that are no list', ['create', 'x', '--args', '{}'], 'INPUT_INVALID'],
  ['a word it does not know', ['create', 'x', '--on-replenish', 'twice'], 'INPUT_INVALID'],
  ['a schedule that is none', ['trigger', 'x'], 'SCHEDULE_UNKNOWN'],
  [
    'a range that ends before it begins',
    ['backfill', 'x', '--from', '2026-02-01', '--to', '2026-01-01'],
    'INPUT_INVALID',
  ],
  [
    'a time that is none',
    ['backfill', 'x', '--from', 'now', '--to', '2026-01-01'],
    'INPUT_INVALID',
  ],
  [
    'an overlap that is none',
    ['backfill', 'x', '--from', '2026-01-01', '--to', '2026-02-01', '--overlap', 'all'],
    'INPUT_INVALID',
  ],
])('refuses %s', async (_name, [command = '', ...rest], code) => {
  const { status, stderr } = await run(command, account, ...rest);
  expect(stderr).toMatch(new RegExp(`^${code}: `));
  expect(status).toBeGreaterThan(0);
});

it('says so when Temporal does not answer', async () => {
  const { status, stderr } = await runCli(['schedule', 'list', account], {
    databaseUrl: house.database.url,
    env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
  });
  expect(stderr).toMatch(/^TEMPORAL_UNAVAILABLE: /);
  expect(status).toBe(61);
});
