/**
 * The promise: an account's owner hears once that credits are out, once of each run that waits, and once
 * that it is over, however many blocks and runs are refused meanwhile.
 */
import { credits, type RunningTollgate } from '../../../index';
import { eventually } from '../../support/eventually';
import type { TestWorker } from '../../support/temporal';
import { openHouse, type GatedHouse } from '../support/gated-house';
import type { Step } from '../workflows/plan';

let house: GatedHouse;
let worker: TestWorker;
let tollgate: RunningTollgate;
beforeAll(async () => {
  house = await openHouse();
  worker = await house.startWorker();
  tollgate = await house.startTollgate();
});
afterAll(async () => {
  await Promise.all([worker.stop(), tollgate.stop()]);
  await house.close();
});

const call = (label: string): Step => ({ call: 'work', input: { label } });

const grant = (account: string, amount: string) =>
  house.ledger.grant({ account, amount: credits(amount), key: 'more', source: 'top-up' });

/** Kinds, oldest first. */
async function told(account: string): Promise<readonly string[]> {
  const notices = await house.ledger.listNotices({ account });
  return notices.map(({ kind }) => kind).reverse();
}

const whenTold = (account: string, kind: string) =>
  eventually(async () => (await told(account)).includes(kind), { what: kind });

it('tells of the shortage, of each run that waits, and of the end', async () => {
  const account = await house.fund('1');
  const policy = { policy: 'wait', deadline: '2 days' } as const;
  const wait = { tollgate: { account, outOfCredits: policy } };
  const parallel = await house.start(account, [{ parallel: ['a', 'b', 'c'].map(call) }], wait);
  const single = await house.start(account, [call('d')], wait);
  await eventually(async () => (await house.ledger.listWaiting({ account })).length === 4, {
    what: 'four in line',
  });
  await eventually(async () => (await told(account)).length === 3, { what: 'three notices' });
  await grant(account, '11');
  await Promise.all([parallel.result(), single.result()]);
  await whenTold(account, 'credits.back');
  expect([...(await told(account))].sort()).toEqual([
    'credits.back',
    'credits.out',
    'run.waiting',
    'run.waiting',
  ]);
  expect((await told(account))[0]).toBe('credits.out');
  const [back, ...before] = await house.ledger.listNotices({ account });
  expect(back).toMatchObject({ kind: 'credits.back' });
  const waiting = before.filter(({ kind }) => kind === 'run.waiting');
  expect(waiting.map(({ data }) => data.workflowId).sort()).toEqual(
    [parallel.workflowId, single.workflowId].sort(),
  );
  expect(waiting[0]?.data).toMatchObject({ account, agent: 'plan', block: 'work', needed: '3' });
  const { at, data } = waiting[0]!;
  const days = (Date.parse(String(data['deadline'])) - at.getTime()) / 86_400_000;
  expect(days).toBeCloseTo(2, 2);
});

it('tells of a shortage in which runs halt once, until there is enough', async () => {
  const account = await house.fund('1');
  const halt = async () => {
    const handle = await house.start(account, [call('refused')]);
    await expect(handle.result()).rejects.toThrow();
  };
  await halt();
  await whenTold(account, 'credits.out');
  await halt();
  await grant(account, '2');
  await whenTold(account, 'credits.back');
  expect(await told(account)).toEqual(['credits.out', 'credits.back']);
});

it('lets runs go on while the owner cannot be told, and tells of all of it later', async () => {
  const account = await house.fund('1');
  await house.database.query('alter table tollgate.notices rename to notices_away');
  const tollgateOptions = { account, outOfCredits: 'wait' } as const;
  const run = await house.start(account, [call('e')], { tollgate: tollgateOptions });
  await eventually(async () => (await house.ledger.listWaiting({ account })).length === 1, {
    what: 'one in line',
  });
  await grant(account, '2');
  await run.result();
  await house.database.query('alter table tollgate.notices_away rename to notices');
  await whenTold(account, 'credits.back');
  expect([...(await told(account))].sort()).toEqual(['credits.back', 'credits.out', 'run.waiting']);
});
