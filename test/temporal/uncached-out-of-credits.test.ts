/**
 * The promise: nothing of a run that halts, waits, is skipped or holds a guarantee lives in a worker's memory
 * alone. What uncached.test.ts does for blocks, for runs at zero credits.
 */
import { isSkippedRun } from '../../client';
import { credits } from '../../index';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';
import { cacheNoWorkflows, openHouse, whenIdle, type GatedHouse } from './support/gated-house';
import { openScheduleHouse } from './support/gated-schedules';
import type { Step } from './workflows/plan';

cacheNoWorkflows();

describe.each(['halting', 'waiting'])('without a cache: %s', (file) => {
  jest.requireActual(`./${file}.test`);
});

describe('without a cache', () => {
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

  const work: Step = { call: 'work', input: { label: 'uncached' } }; // 3 credits

  it.each([
    ['goes on where there are credits', '3', false],
    ['is skipped where there are none', '0', true],
    ['is skipped where its first block is refused', '2', true],
  ])('a scheduled run %s', async (_end, funds, skipped) => {
    const scheduled = openScheduleHouse(house);
    const account = await house.fund(funds === '0' ? '1' : funds);
    if (funds === '0') await house.ledger.revoke({ account, key: 'test' });
    const schedule = await scheduled.create(account);
    await scheduled.schedules.trigger(schedule);
    const [result] = await scheduled.results(schedule, 1);
    expect(isSkippedRun(result)).toBe(skipped);
    expect(await house.charges(account)).toHaveLength(skipped ? 0 : 1);
  });

  it('a run draws on its guarantee with its children and as new, and returns the rest', async () => {
    const account = await house.fund('15');
    const next: Step = { continueAsNew: [work, { wait: 1 }, work] };
    const steps: Step[] = [{ parallel: [{ child: [work] }, work] }, next];
    const { workflowId } = await house.start(account, steps, {
      tollgate: { account, guarantee: '15' },
    });
    await eventually(async () => (await house.charges(account)).length === 3);
    const run = house.client.workflow.getHandle(workflowId);
    await run.signal('go');
    await run.result();
    const paid = (await house.charges(account)).map(({ guaranteed }) => guaranteed);
    expect(paid).toEqual(Array(4).fill(credits('3')));
    expect((await whenIdle(house.ledger, account)).available).toBe(credits('3'));
  });
});
