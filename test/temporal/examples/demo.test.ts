/**
 * The demonstration charges two agents block by block, halts one that has too few credits, lets it run
 * again after a grant, and can be repeated on the same ledger with the same outcome.
 */
import { join } from 'node:path';
import { runDemo, type DemoSummary } from '../../../examples/demo';
import { credits, formatCredits } from '../../../index';
import { startExampleWorker, type ExampleWorker } from './example-worker';

let worker: ExampleWorker;
let lines: string[];
let first: DemoSummary;

beforeAll(async () => {
  worker = await startExampleWorker();
  lines = [];
  first = await demonstrate();
});
afterAll(() => worker.close());

function demonstrate(): Promise<DemoSummary> {
  return runDemo({
    ...worker,
    folder: join(__dirname, 'documents'),
    print: (line) => lines.push(line),
  });
}

it('charges the digest exactly what its blocks cost', () => {
  const { run, balance } = first;
  expect(run.status).toBe('completed');
  expect(credits(balance.before) - credits(balance.after)).toBe(credits(run.charged));
  const sum = run.blocks.reduce((total, { charged }) => total + credits(charged), 0n);
  expect(formatCredits(sum)).toBe(run.charged);
  expect(run.blocks.map(({ block, charged }) => `${block} ${charged}`)).toEqual([
    'list_documents 0.1',
    expect.stringMatching(/^read_documents 0\.0\d+$/),
    'summarise 0.5',
    'summarise 0.5',
    'summarise 0.5',
    'write_digest 1',
  ]);
});

it('charges the chat for its model and the data it pulled in', () => {
  const [turn] = first.chat.blocks;
  expect(turn?.block).toBe('analyst_turn');
  const kb = turn?.usage?.['kb'] ?? 0;
  expect(kb).toBeGreaterThan(5);
  expect(Number(first.chat.charged)).toBeCloseTo(1 + kb * 0.02, 5);
});

it('halts the agent at the block that cannot be paid, and keeps what was done', () => {
  const { halted } = first;
  expect(halted).toMatchObject({ status: 'halted', account: 'demo-short' });
  expect(halted.refusal).toMatchObject({ account: 'demo-short', reason: expect.any(String) });
  expect(halted.blocks[0]).toMatchObject({ block: 'list_documents', outcome: 'settled' });
  expect(credits(halted.charged)).toBeLessThanOrEqual(credits('2.2'));
});

it('runs the same agent to its end after a grant', () => {
  expect(first.resumed).toMatchObject({ status: 'completed', charged: first.run.charged });
});

it('prints each block, the texts and what is left', () => {
  const text = lines.join('\n');
  expect(text).toMatch(/researchDigest: completed, charged [\d.]+ credits to demo\n/);
  expect(text).toMatch(/summarise #3 +0\.5 +0\.5 +0\n/);
  expect(text).toContain('Espresso beans has the highest total revenue');
  expect(text).toMatch(/Digest of 3 documents/);
  expect(text).toMatch(/left on demo: 4\d\.\d+ credits/);
  expect(text).toMatch(/refused: \w+ needs [\d.]+, available [\d.]+/);
});

it('leaves books that add up, and can be repeated', async () => {
  const again = await demonstrate();
  expect(again).toMatchObject({
    run: { status: 'completed', charged: first.run.charged },
    halted: { status: 'halted' },
    resumed: { status: 'completed' },
    doctor: { ok: true },
  });
});

it.each(['researchDigest', 'analystChat'])(
  'ends a run of %s that was given nothing, uncharged',
  async (agent) => {
    const { client, ledger, taskQueue } = worker;
    await ledger.openAccount('given-nothing', { drip: false });
    const run = client.workflow.execute(agent, {
      taskQueue,
      workflowId: `given-nothing-${agent}`,
      tollgate: { account: 'given-nothing' },
    });
    await expect(run).rejects.toMatchObject({ cause: { type: 'INPUT_INVALID' } });
  },
);
