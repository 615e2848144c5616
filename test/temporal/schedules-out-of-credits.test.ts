/**
 * Promise: when an account runs out, its schedules are held; when credits come, from anywhere, they go on,
 * and the episode ends. Nothing that a person has paused goes on, and no run has failed.
 */
import { ScheduleOverlapPolicy } from '@temporalio/client';
import type { GatedSchedule } from '../../client';
import {
  LINE_QUERY,
  LOOK_SIGNAL,
  outOfCreditsId,
  type Episode,
} from '../../core/contract/out-of-credits';
import { credits, type RunningTollgate } from '../../index';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';
import { openHouse, type GatedHouse } from './support/gated-house';
import { openScheduleHouse, type ScheduleHouse } from './support/gated-schedules';

let house: GatedHouse;
let scheduled: ScheduleHouse;
let worker: TestWorker;
let tollgate: RunningTollgate;
beforeAll(async () => {
  house = await openHouse();
  scheduled = openScheduleHouse(house);
  worker = await house.startWorker();
  tollgate = await house.startTollgate();
});
afterAll(async () => {
  await Promise.all([worker.stop(), tollgate.stop()]);
  await house.close();
});

const EVERY_SECOND: GatedSchedule['spec'] = { intervals: [{ every: '1s' }] };

async function runOut(): Promise<string> {
  const account = await house.fund('1');
  await house.ledger.revoke({ account, key: 'test' });
  return account;
}

function refill(account: string, amount = '1000') {
  return house.ledger.grant({ account, amount: credits(amount), key: amount, source: 'top-up' });
}

async function whenState(schedule: GatedSchedule, state: string): Promise<void> {
  await eventually(async () => (await scheduled.schedules.describe(schedule)).state === state, {
    what: `${schedule.id} to be ${state}`,
    deadlineMs: 60_000,
  });
}

function episode(account: string) {
  return house.client.workflow.getHandle(outOfCreditsId(account));
}

it('holds all schedules of the account from the first skipped run on, until a grant', async () => {
  const account = await runOut();
  const [ticking, quiet, byHand] = [
    await scheduled.create(account, { spec: EVERY_SECOND }),
    await scheduled.create(account),
    await scheduled.create(account),
  ];
  await scheduled.schedules.pause(byHand, 'on holiday');
  await whenState(ticking, 'held');
  await whenState(quiet, 'held');
  await refill(account);
  await whenState(ticking, 'active');
  await whenState(quiet, 'active');
  await scheduled.schedules.pause(ticking);
  expect(await scheduled.schedules.describe(byHand)).toMatchObject({ state: 'paused' });
  expect(await episode(account).result()).toMatchObject({ waiting: 0, held: 0 });
  const { temporalId, skipped } = await scheduled.schedules.describe(ticking);
  expect(skipped).toBeGreaterThan(0);
  const failed = `WorkflowId STARTS_WITH "${temporalId}" AND ExecutionStatus = "Failed"`;
  expect((await house.client.workflow.count(failed)).count).toBe(0);
});

it('holds them from the first refused block on, whoever started its run', async () => {
  const account = await runOut();
  const schedule = await scheduled.create(account);
  const run = house.execute(account, [{ call: 'work', input: {} }]);
  await expect(run).rejects.toMatchObject({ cause: { type: 'INSUFFICIENT_CREDITS' } });
  await whenState(schedule, 'held');
  await refill(account);
  await whenState(schedule, 'active');
  await episode(account).result();
});

it('resumes them only once nobody waits in line', async () => {
  const account = await runOut();
  const schedule = await scheduled.create(account);
  const run = await house.start(account, [{ call: 'work', input: { label: 'waits' } }], {
    tollgate: { account, outOfCredits: 'wait' },
  });
  await whenState(schedule, 'held');
  await refill(account, '2');
  await episode(account).signal(LOOK_SIGNAL);
  await eventually(async () => {
    const { available } = await episode(account).query<Episode>(LINE_QUERY);
    const { raw } = await episode(account).describe();
    return available === '2' && (raw.pendingActivities ?? []).length === 0;
  });
  expect(await scheduled.schedules.describe(schedule)).toMatchObject({ state: 'held' });
  await refill(account, '4');
  expect(await run.result()).toEqual(['waits']);
  await whenState(schedule, 'active');
  await episode(account).result();
});

it('goes on holding a schedule that needs more than has come', async () => {
  const account = await runOut();
  const schedule = await scheduled.create(account, { needs: '10' });
  await scheduled.schedules.trigger(schedule);
  await whenState(schedule, 'held');
  await refill(account, '9');
  await refill(account, '1');
  await whenState(schedule, 'active');
  await episode(account).result();
});

it('ends a hundred ticks at zero without a charge or a failed run, and runs once afterwards', async () => {
  const account = await runOut();
  const schedule = await scheduled.create(account, {
    spec: { intervals: [{ every: '1h' }] },
    onReplenish: 'run-once',
  });
  const end = new Date(Date.UTC(2026, 0, 5, 3, 30));
  await scheduled.schedules.backfill(schedule, {
    start: new Date(end.getTime() - 100 * 3_600_000),
    end,
    overlap: ScheduleOverlapPolicy.ALLOW_ALL,
  });
  await eventually(async () => (await scheduled.schedules.describe(schedule)).skipped >= 100, {
    what: 'a hundred skipped runs',
    deadlineMs: 90_000,
  });
  await whenState(schedule, 'held');
  expect(await house.ledger.listRuns({ account })).toEqual([]);
  await refill(account);
  await whenState(schedule, 'active');
  await episode(account).result();
  await eventually(async () => (await house.charges(account)).length === 1);
  const { temporalId, started } = await scheduled.schedules.describe(schedule);
  expect(started).toBe(101);
  const failed = `WorkflowId STARTS_WITH "${temporalId}" AND ExecutionStatus = "Failed"`;
  expect((await house.client.workflow.count(failed)).count).toBe(0);
});
