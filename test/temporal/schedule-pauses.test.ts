/**
 * Promise: Tollgate pauses the schedules of an account that has run out, and resumes exactly those that
 * it has paused; what was missed is counted, and made up for once where that is wanted.
 */
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createScheduleActivities } from '../../activities/schedule-activities';
import { openClient, type GatedSchedule, type ScheduleState } from '../../client';
import { setPaused } from '../../client/schedule-pause';
import { credits } from '../../index';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';
import { dieAfter, Killed } from './support/failing-deps';
import { openHouse, type GatedHouse } from './support/gated-house';
import { openScheduleHouse, type ScheduleHouse } from './support/gated-schedules';

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

const EVERY_SECOND: GatedSchedule['spec'] = { intervals: [{ every: '1s' }] };

/** An account that has run out. */
async function runOut(): Promise<string> {
  const account = await house.fund('1');
  await house.ledger.revoke({ account, key: 'test' });
  return account;
}

let grants = 0;
async function refill(account: string, amount = '1000'): Promise<void> {
  const key = `refill-${(grants += 1)}`;
  await house.ledger.grant({ account, amount: credits(amount), key, source: 'operator' });
}

/** It has credits again. */
async function refillAndResume(account: string) {
  await refill(account);
  return scheduled.resumeSchedules(account);
}

async function stateOf(schedule: GatedSchedule): Promise<ScheduleState> {
  return (await scheduled.schedules.describe(schedule)).state;
}

/** Waits until so many ticks of a schedule that is held have passed. */
async function missTicks(schedule: GatedSchedule, ticks: number): Promise<void> {
  const { heldSince } = await scheduled.schedules.describe(schedule);
  const after = heldSince!.getTime() + ticks * 1_000;
  await eventually(() => Date.now() > after);
}

/** Runs that Temporal has started for it. */
async function started(schedule: GatedSchedule): Promise<number> {
  return (await scheduled.inTemporal(schedule)).info.numActionsTaken;
}

it('holds the schedules of the account, with a note that says why, and no others', async () => {
  const account = await runOut();
  const other = await runOut();
  const [one, two] = [await scheduled.create(account), await scheduled.create(account)];
  const foreign = await scheduled.create(other, { id: one.id });
  expect(await scheduled.pauseSchedules(account)).toBe(2);
  expect([await stateOf(one), await stateOf(two), await stateOf(foreign)]).toEqual([
    'held',
    'held',
    'active',
  ]);
  const { note } = await scheduled.schedules.describe(one);
  expect(note).toMatch(/^Paused by Tollgate: the account is out of credits/);
});

it('resumes what it holds once there are credits', async () => {
  const account = await runOut();
  const schedule = await scheduled.create(account);
  await scheduled.pauseSchedules(account);
  expect(await refillAndResume(account)).toEqual({
    resumed: 1,
    madeAgain: 0,
    ranOnce: 0,
    held: 0,
  });
  expect(await scheduled.schedules.describe(schedule)).toMatchObject({
    state: 'active',
    note: 'Resumed by Tollgate: the account has credits again.',
  });
  expect(await scheduled.resumeSchedules(account)).toMatchObject({ resumed: 0 });
});

it.each([
  ['before', ['pause', 'hold']],
  ['while it was held', ['hold', 'pause']],
])('leaves paused what a person has paused %s', async (_when, order) => {
  const account = await runOut();
  const schedule = await scheduled.create(account);
  for (const step of order)
    await (step === 'hold'
      ? scheduled.pauseSchedules(account)
      : scheduled.schedules.pause(schedule, 'on holiday'));
  await refillAndResume(account);
  expect(await scheduled.schedules.describe(schedule)).toMatchObject({
    state: 'paused',
    note: 'on holiday',
  });
  expect(await stateOf(schedule)).toBe('paused');
});

it('does not overwrite a person who pauses it at the same moment', async () => {
  const account = await runOut();
  const schedule = await scheduled.create(account);
  const before = await scheduled.inTemporal(schedule);
  await scheduled.schedules.pause(schedule, 'on holiday');
  await setPaused(house.client, before, true, 'too late');
  expect(await scheduled.schedules.describe(schedule)).toMatchObject({ note: 'on holiday' });
});

it('leaves running what a person has unpaused in the same shortage', async () => {
  const account = await runOut();
  const schedule = await scheduled.create(account);
  await scheduled.pauseSchedules(account);
  await scheduled.schedules.unpause(schedule);
  expect(await scheduled.pauseSchedules(account)).toBe(0);
  expect(await stateOf(schedule)).toBe('active');
  await refillAndResume(account);
  await house.ledger.revoke({ account, key: `refill-${grants}` });
  expect(await scheduled.pauseSchedules(account)).toBe(1);
});

it('holds and resumes by what each needs', async () => {
  const account = await house.fund('1');
  const [tiny, small, large] = [
    await scheduled.create(account, { needs: '1' }),
    await scheduled.create(account, { needs: '2' }),
    await scheduled.create(account, { needs: '2.000001' }),
  ];
  expect(await scheduled.pauseSchedules(account)).toBe(2);
  await refill(account, '1');
  expect(await scheduled.resumeSchedules(account)).toMatchObject({ resumed: 1, held: 1 });
  expect([await stateOf(tiny), await stateOf(small), await stateOf(large)]).toEqual([
    'active',
    'active',
    'held',
  ]);
});

it('makes one again that was closed while it was held, as it was', async () => {
  const account = await runOut();
  const schedule = await scheduled.create(account, { member: 'mo' });
  await scheduled.pauseSchedules(account);
  await (await handleOf(schedule)).delete();
  expect(await stateOf(schedule)).toBe('lost');
  expect(await refillAndResume(account)).toMatchObject({ resumed: 1, madeAgain: 1 });
  expect(await stateOf(schedule)).toBe('active');
  await scheduled.schedules.trigger(schedule);
  expect(await scheduled.results(schedule, 1)).toEqual([['scheduled']]);
  expect(await house.ledger.listRuns({ account })).toMatchObject([
    { schedule: schedule.id, member: 'mo' },
  ]);
});

it('does not make one again that its owner has deleted, or that was gone before', async () => {
  const account = await runOut();
  const [deleted, gone] = [await scheduled.create(account), await scheduled.create(account)];
  await (await handleOf(gone)).delete();
  await scheduled.pauseSchedules(account);
  await scheduled.schedules.delete(deleted);
  await refillAndResume(account);
  expect(await stateOf(gone)).toBe('lost');
  expect(await scheduled.schedules.list(account)).toMatchObject([{ id: gone.id }]);
});

it('makes none again whose delete was cut short, wherever that was', async () => {
  const deps = { ledger: house.ledger, client: house.client };
  // The first step only looks whether it is there.
  for (let step = 2, died = true; died; step += 1) {
    const account = await runOut();
    const schedule = await scheduled.create(account);
    const handle = await handleOf(schedule);
    await scheduled.pauseSchedules(account);
    const doomed = dieAfter(step, deps);
    const { schedules } = openClient({ temporal: doomed.client, ledger: doomed.ledger });
    died = await schedules.delete(schedule).then(
      () => false,
      () => true,
    );
    await refillAndResume(account);
    await expect(handle.describe()).rejects.toThrow();
  }
});

it('finishes a delete that was cut short', async () => {
  const account = await runOut();
  const schedule = await scheduled.create(account);
  const handle = await handleOf(schedule);
  await house.ledger.markDeleting(schedule);
  await scheduled.resumeSchedules(account);
  await expect(handle.describe()).rejects.toThrow();
  expect(await house.ledger.listDeleting(account, 'default')).toEqual([]);
});

it('counts what was missed, and runs it once where that is wanted', async () => {
  const account = await runOut();
  const [skip, once] = [
    await scheduled.create(account, { spec: EVERY_SECOND }),
    await scheduled.create(account, { spec: EVERY_SECOND, onReplenish: 'run-once' }),
  ];
  await scheduled.pauseSchedules(account);
  const before = [await started(skip), await started(once)];
  await missTicks(once, 3);
  expect([await started(skip), await started(once)]).toEqual(before);
  expect(await refillAndResume(account)).toMatchObject({ resumed: 2, ranOnce: 1 });
  for (const schedule of [skip, once]) {
    const { skipped } = await scheduled.schedules.describe(schedule);
    expect(skipped).toBeGreaterThanOrEqual(3);
    await scheduled.schedules.delete(schedule);
  }
});

it('runs once for what its own runs have skipped, though it was never held', async () => {
  const account = await runOut();
  const schedule = await scheduled.create(account, { onReplenish: 'run-once' });
  for (const count of [1, 2]) {
    await scheduled.schedules.trigger(schedule, ScheduleOverlapPolicy.ALLOW_ALL);
    await scheduled.results(schedule, count);
  }
  expect(await refillAndResume(account)).toMatchObject({ ranOnce: 1 });
  expect((await scheduled.results(schedule, 3)).at(-1)).toEqual(['scheduled']);
  expect(await scheduled.resumeSchedules(account)).toMatchObject({ ranOnce: 0 });
});

it('ends the same wherever its worker dies: held, then resumed, made up for once', async () => {
  const deps = { ledger: house.ledger, client: house.client };
  let deaths = 0;
  for (const activity of ['pauseSchedules', 'resumeSchedules'] as const) {
    for (let step = 1, died = true; died; step += 1) {
      const account = await runOut();
      const schedule = await scheduled.create(account, { onReplenish: 'run-once' });
      await house.ledger.skipRun(
        { account, schedule: schedule.id, agent: 'plan', run: schedule.id, workflowId: 'w' },
        { reason: 'credits', needed: '3', available: '0' },
      );
      if (activity === 'resumeSchedules') {
        await scheduled.pauseSchedules(account);
        await refill(account);
      }
      died = await runAndDie(activity, step, deps, account);
      deaths += died ? 1 : 0;
      if (activity === 'pauseSchedules') {
        await scheduled.pauseSchedules(account);
        expect(await stateOf(schedule)).toBe('held');
        await refill(account);
      }
      await scheduled.resumeSchedules(account);
      expect(await stateOf(schedule)).toBe('active');
      expect((await scheduled.results(schedule, 1)).at(-1)).toEqual(['scheduled']);
      expect(await started(schedule)).toBe(1);
      await scheduled.schedules.delete(schedule);
    }
  }
  expect(deaths).toBeGreaterThan(8);
});

async function runAndDie(
  activity: 'pauseSchedules' | 'resumeSchedules',
  step: number,
  deps: { ledger: GatedHouse['ledger']; client: GatedHouse['client'] },
  account: string,
): Promise<boolean> {
  const doomed = createScheduleActivities(dieAfter(step, deps));
  try {
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    await environment.run(doomed[activity], account);
    return false;
  } catch (error) {
    if (error instanceof Killed || (error as Error).cause instanceof Killed) return true;
    throw error;
  }
}

async function handleOf(schedule: GatedSchedule) {
  const { temporalId } = await scheduled.schedules.describe(schedule);
  return house.client.schedule.getHandle(temporalId);
}

it('holds and resumes more schedules than one page', async () => {
  const account = await runOut();
  const ids = Array.from({ length: 105 }, (_, nth) => `many-${String(nth).padStart(3, '0')}`);
  for (let start = 0; start < ids.length; start += 20)
    await Promise.all(ids.slice(start, start + 20).map((id) => scheduled.create(account, { id })));
  expect(await scheduled.pauseSchedules(account)).toBe(105);
  expect(await refillAndResume(account)).toMatchObject({ resumed: 105, held: 0 });
  for (let start = 0; start < ids.length; start += 20)
    await Promise.all(
      ids.slice(start, start + 20).map((id) => scheduled.schedules.delete({ account, id })),
    );
});
