/**
 * Promise: gated schedules can be created, changed, listed and deleted by account; an account never sees
 * or touches another's; bad input is refused before anything is made.
 */
import type { PayloadCodec } from '@temporalio/common';
import { openClient, type GatedSchedule } from '../../client';
import type { TestWorker } from '../support/temporal';
import { openHouse, type GatedHouse } from './support/gated-house';
import { openScheduleHouse, type ScheduleHouse } from './support/gated-schedules';

let house: GatedHouse;
let scheduled: ScheduleHouse;
let worker: TestWorker;
let account: string;
beforeAll(async () => {
  house = await openHouse();
  scheduled = openScheduleHouse(house);
  worker = await house.startWorker();
  account = await house.fund('100');
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

it('shows what was created, and when it ticks next', async () => {
  const schedule = await scheduled.create(account, { needs: '2.5', member: 'mo', budget: '4' });
  expect(await scheduled.schedules.describe(schedule)).toEqual({
    account,
    id: schedule.id,
    temporalId: `${account}:${schedule.id}`,
    state: 'active',
    agent: 'plan',
    taskQueue: house.taskQueue,
    spec: schedule.spec,
    member: 'mo',
    budget: '4',
    needs: '2.5',
    onReplenish: 'skip',
    createdAt: expect.any(Date),
    skipped: 0,
    started: 0,
    nextAt: new Date('2099-01-01T00:00:00Z'),
  });
});

it('lists by account, a page at a time', async () => {
  const owner = await house.fund('1');
  for (const id of ['b', 'a', 'c']) await scheduled.create(owner, { id });
  const first = await scheduled.schedules.list(owner, { limit: 2 });
  expect(first.map(({ id }) => id)).toEqual(['a', 'b']);
  const second = await scheduled.schedules.list(owner, { limit: 2, after: 'b' });
  expect(second.map(({ id }) => id)).toEqual(['c']);
});

it('keeps two accounts with schedules of one id apart', async () => {
  const [mine, yours] = [await house.fund('10'), await house.fund('10')];
  const one = await scheduled.create(mine, { id: 'same' });
  const two = await scheduled.create(yours, { id: 'same' });
  await scheduled.schedules.pause(one);
  await scheduled.schedules.delete(one);
  expect(await scheduled.schedules.list(mine)).toEqual([]);
  expect(await scheduled.schedules.list(yours)).toMatchObject([{ state: 'active' }]);
  await scheduled.schedules.trigger(two);
  await scheduled.results(two, 1);
  expect(await house.ledger.listRuns({ account: mine })).toEqual([]);
  expect(await house.ledger.listRuns({ account: yours })).toHaveLength(1);
});

it.each([
  ['describe', (name: Name) => scheduled.schedules.describe(name)],
  ['update', (name: Name) => scheduled.schedules.update(name, { needs: '1' })],
  ['delete', (name: Name) => scheduled.schedules.delete(name)],
  ['trigger', (name: Name) => scheduled.schedules.trigger(name)],
  ['pause', (name: Name) => scheduled.schedules.pause(name)],
  ['unpause', (name: Name) => scheduled.schedules.unpause(name)],
  ['backfill', (name: Name) => scheduled.schedules.backfill(name, { start: LONG_AGO, end: NOW })],
])('refuses to %s what another account has', async (_operation, act) => {
  const { id } = await scheduled.create(account);
  const stranger = await house.fund('1');
  await expect(act({ account: stranger, id })).rejects.toMatchObject({ code: 'SCHEDULE_UNKNOWN' });
});

it('cannot reach another account by an id that spells its schedule', async () => {
  const { id } = await scheduled.create(account);
  const stranger = `${account}:x`;
  await house.ledger.openAccount(stranger);
  const crafted = await scheduled.create(stranger, { id });
  const views = [await scheduled.schedules.describe(crafted)];
  expect(views[0]?.temporalId).toBe(`${encodeURIComponent(stranger)}:${id}`);
});

it('changes what its next runs do, whom they count for, and keeps the rest', async () => {
  const owner = await house.fund('10');
  const schedule = await scheduled.create(owner, { member: 'mo', budget: '4', needs: '1' });
  await scheduled.schedules.pause(schedule, 'on holiday');
  const changed = await scheduled.schedules.update(schedule, {
    args: [[{ call: 'work', input: { label: 'changed' } }]],
    member: 'eva',
    budget: undefined,
    onReplenish: 'run-once',
  });
  expect(changed).toMatchObject({ member: 'eva', needs: '1', state: 'paused', note: 'on holiday' });
  expect(changed).not.toHaveProperty('budget');
  await scheduled.schedules.trigger(schedule);
  expect(await scheduled.results(schedule, 1)).toEqual([['changed']]);
  expect(await house.ledger.listRuns({ account: owner })).toMatchObject([{ member: 'eva' }]);
});

it('replaces the budgets of the schedule, and drops them with it', async () => {
  const owner = await house.fund('10');
  const schedule = await scheduled.create(owner, { budgets: { day: '3', month: '50' } });
  await scheduled.schedules.update(schedule, { budgets: { day: '4', zone: 'Europe/Vienna' } });
  expect(await house.ledger.listBudgets(owner)).toMatchObject([
    {
      kind: 'schedule',
      subject: schedule.id,
      period: 'day',
      cap: 4_000_000n,
      zone: 'Europe/Vienna',
    },
  ]);
  await scheduled.schedules.delete(schedule);
  expect(await house.ledger.listBudgets(owner)).toEqual([]);
});

it('makes an id free again once it was deleted', async () => {
  const schedule = await scheduled.create(account);
  await scheduled.schedules.delete(schedule);
  await scheduled.schedules.create(schedule);
  expect(await scheduled.schedules.describe(schedule)).toMatchObject({ state: 'active' });
});

it('goes on with one whose making or deleting was cut short', async () => {
  const { id: made, ...rest } = await scheduled.create(account);
  const found = await scheduled.schedules.describe({ account, id: made });
  await house.client.schedule.getHandle(found.temporalId).delete();
  await scheduled.schedules.create({ ...rest, id: made });
  await house.ledger.markDeleting({ account, id: made });
  await scheduled.schedules.create({ ...rest, id: made });
  expect(await scheduled.schedules.describe({ account, id: made })).toMatchObject({
    state: 'active',
  });
});

it('refuses a second one of the same id, and leaves the first alone', async () => {
  const schedule = await scheduled.create(account, { needs: '1' });
  const second = scheduled.schedules.create({ ...schedule, needs: '2' });
  await expect(second).rejects.toMatchObject({ code: 'SCHEDULE_EXISTS' });
  expect(await scheduled.schedules.describe(schedule)).toMatchObject({ needs: '1' });
});

it.each<[string, Partial<GatedSchedule>, string]>([
  ['an account that is none', { account: 'nobody' }, 'ACCOUNT_UNKNOWN'],
  ['an empty id', { id: '' }, 'INPUT_INVALID'],
  ['an id with a space', { id: 'my digest' }, 'INPUT_INVALID'],
  ['an id that is too long', { id: 'x'.repeat(101) }, 'INPUT_INVALID'],
  ['no agent', { agent: '' }, 'INPUT_INVALID'],
  ['no task queue', { taskQueue: '' }, 'INPUT_INVALID'],
  ['no times', { spec: {} }, 'INPUT_INVALID'],
  ['times that Temporal does not take', { spec: { cronExpressions: ['x'] } }, 'INPUT_INVALID'],
  ['a negative budget', { budget: '-1' }, 'AMOUNT_INVALID'],
  ['a need that is no amount', { needs: '1,5' }, 'AMOUNT_INVALID'],
  ['a daily budget that is no amount', { budgets: { day: 'x' } }, 'AMOUNT_INVALID'],
  ['a time zone that is none', { budgets: { day: '1', zone: 'Mars/Base' } }, 'INPUT_INVALID'],
  ['an unknown word', { onReplenish: 'twice' as 'skip' }, 'INPUT_INVALID'],
])('refuses %s, and makes nothing', async (_name, wrong, code) => {
  const before = await scheduled.schedules.list(account, { limit: 1_000 });
  await expect(scheduled.create(account, wrong)).rejects.toMatchObject({ code });
  expect(await scheduled.schedules.list(account, { limit: 1_000 })).toEqual(before);
});

it('keeps the arguments of its runs as the codec of their owner has encoded them', async () => {
  const flip = (bytes: Uint8Array | null | undefined) => bytes?.map((byte) => byte ^ 0xff) ?? null;
  const codec: PayloadCodec = {
    encode: async (payloads) =>
      payloads.map((payload) => ({
        metadata: { ...payload.metadata, flipped: new Uint8Array([1]) },
        data: flip(payload.data),
      })),
    decode: async (payloads) =>
      payloads.map((payload) =>
        payload.metadata?.['flipped'] ? { ...payload, data: flip(payload.data) } : payload,
      ),
  };
  const temporal = house.temporal.createClient({ dataConverter: { payloadCodecs: [codec] } });
  const { schedules } = openClient({ temporal, ledger: house.ledger });
  const schedule = await scheduled.create(account);
  await schedules.update(schedule, { args: [['secret']] });
  const { recipe } = await house.ledger.readSchedule(schedule);
  const [{ data }] = (recipe as { args: [{ data: string }] }).args;
  expect(flip(Buffer.from(data, 'base64'))).toEqual(Buffer.from('["secret"]'));
  const inTemporal = await temporal.schedule.getHandle(`${account}:${schedule.id}`).describe();
  expect(inTemporal.action.args).toEqual([['secret']]);
});

type Name = { readonly account: string; readonly id: string };
const NOW = new Date();
const LONG_AGO = new Date(0);
