/** Promise: `tollgate demo` runs real agents on given services, and the CLI then tells what they cost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCliJson, runCli, type CliOptions } from '../../db/cli/run-cli';
import { createEmptyDatabase, type TestDatabase } from '../../support/database';
import { readTestTemporalAddress } from '../../support/environment';

let database: TestDatabase;
let options: CliOptions;
let demo: Demo;

interface Demo {
  readonly run: {
    readonly status: string;
    readonly charged: string;
    readonly account: string;
    readonly workflowId: string;
    readonly blocks: readonly { readonly block: string; readonly charged: string }[];
  };
  readonly balance: { readonly before: string; readonly after: string };
  readonly doctor: { readonly ok: boolean };
}

beforeAll(async () => {
  database = await createEmptyDatabase();
  options = {
    databaseUrl: database.url,
    env: {
      TEMPORAL_ADDRESS: readTestTemporalAddress(),
      TEMPORAL_UI: 'http://ui.example',
    },
    cwd: await mkdtemp(join(tmpdir(), 'tollgate-demo-')),
  };
  demo = (await readCliJson(['demo'], options)) as Demo; // The shape is what is tested below.
});
afterAll(async () => {
  await database?.drop();
  if (options?.cwd) await rm(options.cwd, { recursive: true });
});

it('prints one JSON object in which the balance falls by what the run was charged', () => {
  const { run, balance, doctor } = demo;
  expect(run.status).toBe('completed');
  expect(doctor).toEqual({ ok: true });
  expect(toMicro(run.charged)).toBeGreaterThan(0);
  expect(toMicro(balance.before) - toMicro(balance.after)).toBe(toMicro(run.charged));
});

it('shows the run with the same total, and its status from Temporal', async () => {
  const { run } = demo;
  expect(await readCliJson(['runs', 'show', run.workflowId], options)).toMatchObject({
    total: run.charged,
    account: run.account,
    blocks: run.blocks.length,
    temporal: {
      status: 'COMPLETED',
      url: expect.stringContaining(
        `http://ui.example/namespaces/default/workflows/${run.workflowId}/`,
      ),
    },
  });
  const { stdout } = await runCli(['runs', 'show', run.workflowId], options);
  expect(stdout).toMatch(/^Status +COMPLETED$/m);
  for (const { block } of run.blocks) expect(stdout).toMatch(new RegExp(`^${block} `, 'm'));
});

it('leaves nothing set aside and books that add up', async () => {
  expect(await readCliJson(['reservations'], options)).toMatchObject({ reservations: [] });
  expect(await readCliJson(['doctor'], options)).toMatchObject({ ok: true });
});

/** Whole micro-credits, exact for the amounts of a demonstration. */
function toMicro(credits: string): number {
  return Math.round(Number(credits) * 1_000_000);
}
