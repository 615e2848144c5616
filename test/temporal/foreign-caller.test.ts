/**
 * The promise: a workflow that knows nothing of the plugin calls a gated block by putting the JSON of
 * docs/gate-header.md on it, as a workflow in Go or Python does; a header that cannot be read is refused.
 */
import { randomUUID } from 'node:crypto';
import { openHouse, type GatedHouse } from './support/gated-house';
import { FOREIGN_WORKFLOWS_PATH, loadBundle } from './support/workflow-bundle';
import type { TestWorker } from '../support/temporal';

let house: GatedHouse;
let worker: TestWorker;
beforeAll(async () => {
  house = await openHouse();
  const workflowBundle = await loadBundle({
    workflowsPath: FOREIGN_WORKFLOWS_PATH,
    workflowInterceptorModules: [FOREIGN_WORKFLOWS_PATH],
  });
  worker = await house.startWorker({ workflowBundle });
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

function call(header: string): Promise<unknown> {
  return house.temporal.client.workflow.execute('foreign', {
    taskQueue: house.taskQueue,
    workflowId: `foreign-${randomUUID()}`,
    args: [header],
  });
}

it('four fields are enough, and the receipt comes back with the output', async () => {
  const account = await house.fund('10');
  const scope = randomUUID();
  const header = JSON.stringify({ account, scope, startedAt: '2026-05-01T10:00:00Z', nth: 1 });
  expect(await call(header)).toEqual({
    output: 'foreign',
    receipt: expect.objectContaining({ account, block: 'work', charged: '3', left: '7' }),
  });
  // The same identity from another run is the same call: it is not charged again.
  expect(await call(header)).toMatchObject({ receipt: { replayed: true } });
  const [run] = await house.ledger.listRuns({ account });
  expect(run).toMatchObject({
    run: expect.stringMatching(/^019de2fb-/),
    startedAt: new Date('2026-05-01T10:00:00Z'),
    agent: 'foreign',
    charged: 3_000_000n,
  });
});

it.each([
  ['scope', { scope: undefined }],
  ['scope', { scope: '' }],
  ['startedAt', { startedAt: 'yesterday' }],
  ['startedAt', { startedAt: '1066-10-14T00:00:00Z' }],
  ['nth', { nth: 0 }],
  ['nth', { nth: '1' }],
  ['v', { v: 2 }],
  ['key', { key: 7 }],
])('refuses a header whose %s is wrong: %j', async (field, wrong) => {
  const good = { account: 'a', scope: 's', startedAt: '2026-05-01T10:00:00Z', nth: 1 };
  await expect(call(JSON.stringify({ ...good, ...wrong }))).rejects.toMatchObject({
    cause: { cause: { type: 'GATE_HEADER_INVALID', details: [{ field }] } },
  });
});

it.each(['[]', 'null', '"text"', '{'])('refuses a header that is no object: %s', async (header) => {
  await expect(call(header)).rejects.toMatchObject({
    cause: { cause: { type: 'GATE_HEADER_INVALID' } },
  });
});
