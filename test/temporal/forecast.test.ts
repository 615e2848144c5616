/**
 * Promise: a forecast finds the schedules that charge an account, whoever made them, counts their ticks as
 * Temporal will start them at what their runs have cost, and names the tick that cannot be paid.
 */
import { randomUUID } from 'node:crypto';
import type { Client, ScheduleOptions } from '@temporalio/client';
import { forecastAccount } from '../../cli/forecast-account';
import { openClient } from '../../client/open-client';
import { setPaused } from '../../client/schedule-pause';
import { temporalScheduleId } from '../../client/schedule-recipe';
import { findSchedule } from '../../client/temporal-schedule';
import { credits } from '../../index';
import { chargeRun, describeTestRun } from '../db/cli/charge-run';
import { runCli } from '../db/cli/run-cli';
import { readTestTemporalAddress } from '../support/environment';
import { eventually } from '../support/eventually';
import { openHouse, type GatedHouse } from './support/gated-house';

const DAY_MS = 24 * 60 * 60 * 1_000;

let house: GatedHouse;
const made: string[] = [];
beforeAll(async () => (house = await openHouse()));
afterAll(async () => {
  for (const id of made) await house.temporal.client.schedule.getHandle(id).delete();
  await house.close();
});

type Changes = Partial<Omit<ScheduleOptions, 'action'>> & {
  readonly memo?: Record<string, unknown>;
};

/** A schedule that ticks at noon of Vienna, far from now, so that no test meets a tick. */
async function schedule(client: Client, { memo, ...changes }: Changes): Promise<string> {
  const scheduleId = `schedule-${randomUUID()}`;
  await client.schedule.create({
    scheduleId,
    spec: { calendars: [{ hour: 12 }], timezone: 'Europe/Vienna' },
    action: {
      type: 'startWorkflow',
      workflowType: 'plan',
      taskQueue: house.taskQueue,
      args: [[]],
      ...(memo ? { memo } : {}),
    },
    ...changes,
  });
  made.push(scheduleId);
  // The list of schedules follows a little later.
  await eventually(async () => (await listIds(client)).includes(scheduleId), {
    what: 'the schedule to be listed',
  });
  return scheduleId;
}

async function listIds(client: Client): Promise<string[]> {
  const ids: string[] = [];
  for await (const { scheduleId } of client.schedule.list()) ids.push(scheduleId);
  return ids;
}

/** Runs that cost so much, as the schedule's would be in the books. */
async function charge(account: string, schedule: string, cost: string, agent = 'plan') {
  const facts = describeTestRun(`run-${randomUUID()}`, { agent, schedule });
  await chargeRun(house.ledger, account, facts, [{ block: 'work', reserve: cost, charge: cost }]);
}

const tomorrow = (): Date => new Date(Date.now() + DAY_MS);

async function look(account: string, days: number) {
  const until = new Date(Date.now() + days * DAY_MS);
  return forecastAccount(house.ledger, house.temporal.client, account, until);
}

test('the ticks of a schedule burn what the account holds, until one cannot be paid', async () => {
  const account = await house.fund('10');
  const id = await schedule(house.client, { tollgate: { account } });
  await charge(account, id, '3');
  const found = await look(account, 20);
  expect(found.schedules).toMatchObject([
    { schedule: id, agent: 'plan', paused: false, quote: { likely: credits('3'), runs: 1 } },
  ]);
  expect(found.steps.map(({ kind, available }) => [kind, available])).toEqual([
    ['tick', credits('4')],
    ['tick', credits('1')],
  ]);
  expect(found.runsOut).toMatchObject({ schedule: id, needed: credits('3') });
  const noon = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Vienna' });
  expect(noon.format(found.runsOut?.at)).toBe('12:00');
  // The third noon from now.
  expect(Number(found.runsOut?.at) - Date.now()).toBeLessThan(3.1 * DAY_MS);
});

test('a schedule that names its account in a memo counts as well', async () => {
  const account = await house.fund('10');
  const memo = { tollgate: { account, agent: 'by-memo' } };
  const id = await schedule(house.temporal.client, { memo });
  await charge(account, id, '1', 'by-memo');
  const { schedules } = await look(account, 3);
  expect(schedules).toMatchObject([{ schedule: id, agent: 'by-memo', quote: { runs: 1 } }]);
});

test('schedules of other accounts, and of nobody, do not count', async () => {
  const [account, other] = [await house.fund('10'), await house.fund('10')];
  await schedule(house.client, { tollgate: { account: other } });
  await schedule(house.temporal.client, {});
  expect((await look(account, 10)).schedules).toEqual([]);
});

test('a paused schedule has no ticks, one with few runs left no more than those', async () => {
  const account = await house.fund('10');
  await schedule(house.client, { tollgate: { account }, state: { paused: true } });
  await schedule(house.client, { tollgate: { account }, state: { remainingActions: 2 } });
  const { schedules } = await look(account, 10);
  expect(schedules.map(({ paused, ticks }) => [paused, ticks.length]).sort()).toEqual([
    [false, 2],
    [true, 0],
  ]);
});

test('a schedule that Tollgate holds counts: it will tick again', async () => {
  const account = await house.fund('1');
  const name = { account, id: 'daily' };
  const { schedules } = openClient({ temporal: house.client, ledger: house.ledger });
  const spec = { calendars: [{ hour: 12 }] };
  await schedules.create({ ...name, agent: 'plan', taskQueue: house.taskQueue, spec });
  const made = await findSchedule(house.client, name);
  if (made) await setPaused(house.client, made, true, 'out of credits');
  await eventually(async () => (await listIds(house.client)).includes(temporalScheduleId(name)), {
    what: 'the schedule to be listed',
  });
  await charge(account, 'daily', '0.8');
  const found = await look(account, 5);
  expect(found.schedules).toMatchObject([{ schedule: 'daily', paused: false, quote: { runs: 1 } }]);
  expect(found.runsOut).toMatchObject({ schedule: 'daily', needed: credits('0.8') });
  await schedules.delete(name);
});

test('thousands of ticks are all found', async () => {
  const account = await house.fund('10');
  const spec = { intervals: [{ every: '5m' as const }], startAt: tomorrow() };
  await schedule(house.client, { tollgate: { account }, spec });
  const { schedules, until } = await look(account, 10);
  const count = schedules[0]?.ticks.length ?? 0;
  expect(Math.abs(count - 9 * 288)).toBeLessThan(2);
  expect(Number(until) - Date.now()).toBeGreaterThan(9.9 * DAY_MS);
});

test('a horizon with more ticks than can be looked at ends where they end', async () => {
  const account = await house.fund('10');
  const spec = { intervals: [{ every: '1m' as const }], startAt: tomorrow() };
  await schedule(house.client, { tollgate: { account }, spec });
  const { schedules, until } = await look(account, 30);
  expect(schedules[0]?.ticks).toHaveLength(10_000);
  expect(until).toEqual(schedules[0]?.ticks.at(-1)?.at);
});

test('a schedule whose agent has never run is shown and not counted', async () => {
  const account = await house.fund('10');
  const memo = { tollgate: { account, agent: `new-${randomUUID()}` } };
  await schedule(house.temporal.client, { memo });
  const found = await look(account, 5);
  expect(found.schedules[0]?.ticks).toHaveLength(5);
  expect(found.schedules[0]?.quote).toBeUndefined();
  expect([found.steps, found.runsOut]).toEqual([[], undefined]);
});

test.each([-1, 0, 400])('a horizon of %p days is refused', async (days) => {
  await expect(look(await house.fund('1'), days)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

test('the command line says when the account runs out, in a time zone', async () => {
  const account = await house.fund('10');
  const id = await schedule(house.client, { tollgate: { account } });
  await charge(account, id, '4');
  const env = { TEMPORAL_ADDRESS: readTestTemporalAddress() };
  const options = { databaseUrl: house.database.url, env };
  const { stdout, status } = await runCli(
    ['forecast', account, '--zone', 'Europe/Vienna'],
    options,
  );
  expect(status).toBe(0);
  expect(stdout).toMatch(
    new RegExp(`^Runs out +\\w{3} \\d{4}-\\d\\d-\\d\\d 12:00: ${id} needs 4, 2 are left$`, 'm'),
  );
  expect(stdout).toMatch(new RegExp(`^${id} +plan +30 +4 +past 1 run$`, 'm'));
  const json: unknown = JSON.parse((await runCli(['forecast', account, '--json'], options)).stdout);
  expect(json).toMatchObject({
    account,
    available: '6',
    runsOut: { schedule: id, needed: '4', available: '2' },
    schedules: [{ schedule: id, agent: 'plan', paused: false, ticks: 30, likely: '4', runs: 1 }],
    steps: [{ kind: 'tick', what: id, amount: '-4', available: '2' }],
  });
});

test('without Temporal there is no forecast, and the command says why', async () => {
  const account = await house.fund('1');
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:9' };
  const { status, stderr } = await runCli(['forecast', account], {
    databaseUrl: house.database.url,
    env,
  });
  expect([status, stderr.split(':')[0]]).toEqual([61, 'TEMPORAL_UNAVAILABLE']);
  const wrongZone = await runCli(['forecast', account, '--zone', 'Mars/Olympus']);
  expect([wrongZone.status, wrongZone.stderr.split(':')[0]]).toEqual([35, 'INPUT_INVALID']);
});
