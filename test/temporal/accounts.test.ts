/**
 * The promise: whichever way a run is started, it charges the account that was named, and a run that
 * names none, or one that cannot be charged, is refused before its first block runs.
 */
import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { TollgatePlugin } from '../../index';
import { openHouse, type GatedHouse } from './support/gated-house';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';

let house: GatedHouse;
let worker: TestWorker;
beforeAll(async () => {
  house = await openHouse();
  worker = await house.startWorker();
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

const steps = [{ call: 'work', input: { label: 'account' } }] as const;
const charged = async (account: string) => (await house.charges(account)).length;
const options = () => ({
  taskQueue: house.taskQueue,
  workflowId: `run-${randomUUID()}`,
  args: [steps],
});

describe('a run charges the account', () => {
  it('of its start option', async () => {
    const account = await house.fund('10');
    await house.client.workflow.execute('plan', { ...options(), tollgate: { account } });
    expect(await charged(account)).toBe(1);
  });

  it('of its memo, even when its client knows nothing of the gate', async () => {
    const account = await house.fund('10');
    const memo = { tollgate: { account } };
    await house.temporal.client.workflow.execute('plan', { ...options(), memo });
    expect(await charged(account)).toBe(1);
  });

  it('of its client, unless its start names another', async () => {
    const [usual, other, third] = [
      await house.fund('10'),
      await house.fund('10'),
      await house.fund('10'),
    ];
    const client = house.temporal.createClient({
      plugins: [new TollgatePlugin({ account: usual })],
    });
    await client.workflow.execute('plan', options());
    await client.workflow.execute('plan', { ...options(), tollgate: { account: other } });
    await client.workflow.execute('plan', { ...options(), memo: { tollgate: { account: third } } });
    expect([await charged(usual), await charged(other), await charged(third)]).toEqual([1, 1, 1]);
  });

  it('of a signal that starts it', async () => {
    const account = await house.fund('10');
    const handle = await house.client.workflow.signalWithStart('plan', {
      ...options(),
      signal: 'go',
      tollgate: { account },
    });
    await handle.result();
    expect(await charged(account)).toBe(1);
  });

  it('of an update that starts it', async () => {
    const account = await house.fund('10');
    const operation = new WithStartWorkflowOperation('plan', {
      ...options(),
      workflowIdConflictPolicy: 'FAIL',
      tollgate: { account },
    });
    await house.client.workflow.executeUpdateWithStart('greet', {
      startWorkflowOperation: operation,
    });
    await (await operation.workflowHandle()).result();
    expect(await charged(account)).toBe(1);
  });

  it('of the schedule that starts it, and names the schedule', async () => {
    const account = await house.fund('10');
    const scheduleId = `schedule-${randomUUID()}`;
    const handle = await house.client.schedule.create({
      scheduleId,
      spec: {},
      action: { type: 'startWorkflow', workflowType: 'plan', ...options() },
      tollgate: { account, agent: 'nightly digest' },
    });
    await handle.trigger();
    await eventually(async () => (await charged(account)) === 1);
    const [run] = await house.ledger.listRuns({ account });
    expect(run).toMatchObject({ schedule: scheduleId, agent: 'nightly digest' });
    await handle.delete();
  });

  it('of the schedule that starts it, after that was changed', async () => {
    const account = await house.fund('10');
    const handle = await house.client.schedule.create({
      scheduleId: `schedule-${randomUUID()}`,
      spec: {},
      action: { type: 'startWorkflow', workflowType: 'plan', ...options() },
      tollgate: { account },
    });
    await handle.update((schedule) => ({
      ...schedule,
      state: { ...schedule.state, note: 'changed' },
    }));
    await handle.trigger();
    await eventually(async () => (await charged(account)) === 1);
    await handle.delete();
  });

  it('of its parent, unless it is given its own by memo', async () => {
    const [own, other] = [await house.fund('10'), await house.fund('10')];
    await house.execute(own, [
      { child: steps },
      { child: steps, options: { memo: { tollgate: { account: other } } } },
    ]);
    expect([await charged(own), await charged(other)]).toEqual([1, 1]);
  });
});

describe('a run is refused', () => {
  it('when it names no account', async () => {
    const run = house.execute(undefined, steps);
    await expect(run).rejects.toMatchObject({
      cause: { cause: { type: 'ACCOUNT_MISSING', nonRetryable: true } },
    });
  });

  it('when nobody has opened its account', async () => {
    const run = house.execute(`nobody-${randomUUID()}`, steps);
    await expect(run).rejects.toMatchObject({ cause: { cause: { type: 'ACCOUNT_UNKNOWN' } } });
  });

  it('when its account is frozen', async () => {
    const account = await house.fund('10');
    await house.ledger.setFrozen(account, true);
    await expect(house.execute(account, steps)).rejects.toMatchObject({
      cause: { cause: { type: 'ACCOUNT_FROZEN' } },
    });
    expect((await house.ledger.readAccount(account)).reserved).toBe(0n);
  });
});

it('a run without an account may call what costs nothing', async () => {
  const free = [{ call: 'free_work', input: { label: 'gratis' } }];
  expect(await house.execute(undefined, free)).toEqual(['gratis']);
});
