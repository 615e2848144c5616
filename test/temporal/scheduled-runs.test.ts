/**
 * Promise: a run that a schedule starts asks first. Without anything to run on it completes as skipped,
 * is charged nothing, and is counted; nothing of it fails.
 */
import { randomUUID } from 'node:crypto';
import { ScheduleOverlapPolicy, WorkflowFailedError } from '@temporalio/client';
import { isSkippedRun } from '../../client';
import { credits } from '../../index';
import { eventually } from '../support/eventually';
import { openHouse, type GatedHouse } from './support/gated-house';
import { openScheduleHouse, type ScheduleHouse } from './support/gated-schedules';
import type { TestWorker } from '../support/temporal';

let house: GatedHouse;
let scheduled: ScheduleHouse;
let worker: TestWorker;
beforeAll(async () => {
  house = await openHouse();
  scheduled = openScheduleHouse(house);
  worker = await house.startWorker();
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

async function empty(): Promise<string> {
  const account = await house.fund('1');
  await house.ledger.revoke({ account, key: 'test' });
  return account;
}

async function trigger(schedule: { account: string; id: string }): Promise<void> {
  await scheduled.schedules.trigger(schedule);
}

it('runs and charges where there are credits, in the name of its schedule', async () => {
  const account = await house.fund('10');
  const schedule = await scheduled.create(account, { member: 'mo', budget: '4' });
  await trigger(schedule);
  expect(await scheduled.results(schedule, 1)).toEqual([['scheduled']]);
  const [run] = await house.ledger.listRuns({ account });
  expect(run).toMatchObject({
    schedule: schedule.id,
    agent: 'plan',
    member: 'mo',
    charged: 3_000_000n,
  });
  expect(await scheduled.schedules.describe(schedule)).toMatchObject({ skipped: 0 });
});

it('is skipped at zero, without a charge or a failure, and counted once', async () => {
  const account = await empty();
  const schedule = await scheduled.create(account);
  await trigger(schedule);
  const [result] = await scheduled.results(schedule, 1);
  expect(result).toEqual({
    tollgate: 'skipped',
    reason: 'credits',
    account,
    schedule: schedule.id,
    needed: '0.000001',
    available: '0',
  });
  expect(isSkippedRun(result)).toBe(true);
  expect(await house.ledger.listRuns({ account })).toEqual([]);
  expect(await scheduled.schedules.describe(schedule)).toMatchObject({ skipped: 1, started: 1 });
});

it('says in the details of the run why it did nothing', async () => {
  const account = await empty();
  const schedule = await scheduled.create(account);
  await trigger(schedule);
  await scheduled.results(schedule, 1);
  const { action } = (await scheduled.inTemporal(schedule)).info.recentActions[0]!;
  const handle = house.client.workflow.getHandle(action.workflow.workflowId);
  const { currentDetails } = await handle.query<{ currentDetails: string }>(
    '__temporal_workflow_metadata',
  );
  expect(currentDetails).toMatch(
    /^\*\*Skipped\*\*, nothing was charged: the account has 0 credits/,
  );
});

it('skips a hundred ticks of a backfill, and fails none', async () => {
  const account = await empty();
  const schedule = await scheduled.create(account, { spec: { intervals: [{ every: '1h' }] } });
  const end = new Date(Date.UTC(2026, 0, 5, 3, 30));
  await scheduled.schedules.backfill(schedule, {
    start: new Date(end.getTime() - 100 * 3_600_000),
    end,
    overlap: ScheduleOverlapPolicy.ALLOW_ALL,
  });
  await eventually(async () => (await scheduled.schedules.describe(schedule)).skipped >= 100, {
    what: 'a hundred skipped runs',
    deadlineMs: 60_000,
  });
  expect(await house.ledger.listRuns({ account })).toEqual([]);
  expect((await house.ledger.readAccount(account)).entries).toBe(2n);
  const { temporalId } = await scheduled.schedules.describe(schedule);
  const query = `WorkflowId STARTS_WITH "${temporalId}" AND ExecutionStatus != "Completed"`;
  await eventually(async () => (await house.client.workflow.count(query)).count === 0);
});

it('is skipped where the account has less than the run needs', async () => {
  const account = await house.fund('2');
  const schedule = await scheduled.create(account, { needs: '2.5' });
  await trigger(schedule);
  expect(await scheduled.results(schedule, 1)).toMatchObject([
    { reason: 'credits', needed: '2.5', available: '2' },
  ]);
});

it('is skipped when its first block is refused, and the next tick knows what it needs', async () => {
  const account = await house.fund('2');
  const schedule = await scheduled.create(account);
  await trigger(schedule);
  expect(await scheduled.results(schedule, 1)).toMatchObject([
    { tollgate: 'skipped', reason: 'credits', needed: '3', available: '2' },
  ]);
  const before = await house.ledger.listRuns({ account });
  await trigger(schedule);
  expect(await scheduled.results(schedule, 2)).toMatchObject([{}, { needed: '3' }]);
  expect(await house.ledger.listRuns({ account })).toEqual(before);
  await house.ledger.grant({ account, amount: credits('1'), key: 'more', source: 'operator' });
  await trigger(schedule);
  expect((await scheduled.results(schedule, 3)).at(-1)).toEqual(['scheduled']);
});

it('fails as ever when it is refused after it was charged', async () => {
  const account = await house.fund('4');
  const step = { call: 'work', input: { label: 'scheduled' } };
  const schedule = await scheduled.create(account, { args: [[step, step]] });
  await trigger(schedule);
  await expect(scheduled.results(schedule, 1)).rejects.toBeInstanceOf(WorkflowFailedError);
  expect(await scheduled.schedules.describe(schedule)).toMatchObject({ skipped: 0 });
});

it('is skipped while its account is frozen', async () => {
  const account = await house.fund('10');
  await house.ledger.setFrozen(account, true);
  const schedule = await scheduled.create(account);
  await trigger(schedule);
  expect(await scheduled.results(schedule, 1)).toMatchObject([{ reason: 'frozen' }]);
});

it('is skipped once the budget of its schedule is spent', async () => {
  const account = await house.fund('10');
  const schedule = await scheduled.create(account, { budgets: { day: '3' } });
  await trigger(schedule);
  await scheduled.results(schedule, 1);
  await trigger(schedule);
  expect((await scheduled.results(schedule, 2)).at(-1)).toMatchObject({
    tollgate: 'skipped',
    reason: 'budget',
  });
});

it('asks for schedules that were made by hand, too', async () => {
  const account = await empty();
  const handle = await house.client.schedule.create({
    scheduleId: `by-hand-${randomUUID()}`,
    spec: {},
    action: { type: 'startWorkflow', workflowType: 'plan', taskQueue: house.taskQueue, args: [[]] },
    tollgate: { account },
  });
  await handle.trigger();
  const { action } = await eventually(async () => (await handle.describe()).info.recentActions[0]);
  const run = house.client.workflow.getHandle(action.workflow.workflowId);
  expect(await run.result()).toMatchObject({ tollgate: 'skipped', reason: 'credits' });
});

it('fails with the reason where nobody has opened the account', async () => {
  const handle = await house.client.schedule.create({
    scheduleId: `by-hand-${randomUUID()}`,
    spec: {},
    action: { type: 'startWorkflow', workflowType: 'plan', taskQueue: house.taskQueue, args: [[]] },
    tollgate: { account: 'nobody' },
  });
  await handle.trigger();
  const { action } = await eventually(async () => (await handle.describe()).info.recentActions[0]);
  const run = house.client.workflow.getHandle(action.workflow.workflowId);
  await expect(run.result()).rejects.toMatchObject({ cause: { type: 'ACCOUNT_UNKNOWN' } });
});
