/** Promise: `tollgate waiting` shows which accounts are out of credits, and their runs in the order of the line. */
import { credits } from '../../../core/contract/credits';
import type { Ledger } from '../../../ledger/ledger';
import { openLedger } from '../../../ledger/open-ledger';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { describeTestRun } from './charge-run';
import { readCliJson, runCli } from './run-cli';

let database: TestDatabase;
let ledger: Ledger | undefined;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = await openLedger({ connectionString: database.url });
  for (const account of ['acme', 'globex']) await ledger.openAccount(account, { drip: false });
});
afterAll(async () => {
  await ledger?.close();
  await database.drop();
});

async function joinLine(account: string, workflowId: string, amount: string): Promise<void> {
  const facts = describeTestRun(workflowId);
  const price = {
    block: 'write',
    version: 'v1',
    rule: { kind: 'fixed', credits: amount },
  } as const;
  const call = { run: facts.run, call: 1n, account, nth: 1, amount: credits(amount), price };
  const refused = await ledger?.reserve({ ...call, facts, claim: 1n, deadlineMs: 60_000 });
  expect(refused?.kind).toBe('insufficient');
  const { workflowRunId } = facts;
  const wait = { namespace: 'default', workflowRunId, deadlineMs: 3_600_000 };
  await ledger?.joinLine({ ...call, ...wait });
}

it('says so when no run waits', async () => {
  const { stdout } = await runCli(['waiting'], { databaseUrl: database.url });
  expect(stdout).toBe('No run waits for credits.\n');
});

it('lists each line in its order, as text and as JSON', async () => {
  await joinLine('globex', 'chat-1', '2');
  await joinLine('acme', 'digest-1', '40');
  await joinLine('acme', 'digest-2', '1');
  const { stdout } = await runCli(['waiting'], { databaseUrl: database.url });
  expect(stdout).toMatch(
    /^acme: 2 calls in line, 0 available\n.*\n +40 {2}write .*digest-1\n +1 {2}write .*digest-2\n\nglobex: 1 call in line/,
  );
  expect(await readCliJson(['waiting'], { databaseUrl: database.url })).toMatchObject({
    complete: true,
    accounts: [
      {
        account: 'acme',
        available: '0',
        waiting: [
          { workflowId: 'digest-1', needed: '40' },
          { workflowId: 'digest-2', needed: '1' },
        ],
      },
      { account: 'globex' },
    ],
  });
  const args = ['waiting', '--account', 'globex'];
  expect(await readCliJson(args, { databaseUrl: database.url })).toMatchObject({
    accounts: [{ account: 'globex', waiting: [{ workflowId: 'chat-1', agent: 'digest' }] }],
  });
});
