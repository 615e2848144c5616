/**
 * The promise: runs that wait for the credits of one account are woken first come, first served, as far as
 * the credits reach, wherever the credits come from; and nobody who has gone keeps the others waiting.
 */
import type { WorkflowHandle } from '@temporalio/client';
import type { Episode } from '../../core/contract/out-of-credits';
import { LOOK_SIGNAL, outOfCreditsId } from '../../core/contract/out-of-credits';
import { credits, type RunningTollgate } from '../../index';
import { eventually } from '../support/eventually';
import type { TestWorker } from '../support/temporal';
import { createDoor } from './support/blocks';
import { openHouse, whenRunning, type GatedHouse } from './support/gated-house';
import { topUp, whenInLine, whenOver, work } from './support/lines';
import type { Step } from './workflows/plan';

let house: GatedHouse;
let worker: TestWorker;
let tollgate: RunningTollgate;
beforeAll(async () => {
  house = await openHouse();
  worker = await house.startWorker({ gate: { outOfCredits: 'wait' } });
  tollgate = await house.startTollgate({ lines: { everyMs: 200, checkEveryMs: 500 } });
});
afterAll(async () => {
  await Promise.all([worker.stop(), tollgate.stop()]);
  await house.close();
});

const small: Step = { call: 'other_work', input: { label: 'small' } };
const large: Step = { call: 'model_work', input: { label: 'large', model: 'large' } };

function isRunning(handle: WorkflowHandle): Promise<boolean> {
  return handle.describe().then(({ status }) => status.name === 'RUNNING');
}

describe('a line', () => {
  it('of 200 lets 50 go on, in order, when there are credits for 50', async () => {
    const account = await house.fund('1');
    const handles = new Map<string, WorkflowHandle>();
    for (let started = 0; started < 200; started += 20) {
      const batch = Array.from({ length: 20 }, () => house.start(account, [work('in line')]));
      for (const handle of await Promise.all(batch)) handles.set(handle.workflowId, handle);
    }
    const line = await whenInLine(house, account, 200);
    await topUp(house, account, '150');
    const paid = line.slice(0, 50).flatMap(({ workflowId }) => handles.get(workflowId) ?? []);
    await Promise.all(paid.map((handle) => handle.result()));

    const left = await whenInLine(house, account, 150);
    expect(left.map(({ place }) => place)).toEqual(line.slice(50).map(({ place }) => place));
    expect(await house.charges(account)).toHaveLength(50);
    expect(await house.ledger.readAccount(account)).toMatchObject({ available: credits('1') });
    const episode = house.temporal.client.workflow.getHandle(outOfCreditsId(account));
    expect(await episode.query<Episode>('line')).toMatchObject({
      woken: 50,
      waiting: 150,
      first: { workflowId: line[50]?.workflowId, needed: '3' },
    });

    await topUp(house, account, '450');
    await Promise.all([...handles.values()].map((handle) => handle.result()));
    expect(await house.charges(account)).toHaveLength(200);
    await whenOver(house, account);
    const { historyLength } = await episode.describe();
    expect(historyLength).toBeLessThan(1_000);
  });

  it('keeps its place through a burst of signals, which its workflow meets with a new run', async () => {
    const account = await house.fund('1');
    const handle = await house.start(account, [work('through the burst')]);
    await whenInLine(house, account, 1);
    const episode = house.temporal.client.workflow.getHandle(outOfCreditsId(account));
    // The call is in line a moment before its workflow is told.
    const { runId } = await eventually(() => episode.describe(), { what: 'the workflow' });
    for (let round = 0; round < 24; round += 1)
      await Promise.all(Array.from({ length: 50 }, () => episode.signal(LOOK_SIGNAL)));
    await eventually(async () => (await episode.describe()).runId !== runId, { what: 'a new run' });
    expect(await episode.query<Episode>('line')).toMatchObject({ refused: 1, waiting: 1 });
    await topUp(house, account, '9');
    expect(await handle.result()).toEqual(['through the burst']);
    await whenOver(house, account);
  });

  it('lets no small call pass a large one, whether it is in line or has just come', async () => {
    const account = await house.fund('1');
    const first = await house.start(account, [large]);
    await whenInLine(house, account, 1);
    const second = await house.start(account, [small]);
    await whenInLine(house, account, 2);
    await topUp(house, account, '2');
    const third = await house.start(account, [{ call: 'model_work', input: { model: 'small' } }]);
    await whenInLine(house, account, 3);
    const halting = { tollgate: { account, outOfCredits: 'halt' } } as const;
    await expect(house.execute(account, [small], halting)).rejects.toMatchObject({
      cause: { type: 'INSUFFICIENT_CREDITS', details: [{ reason: 'RESERVED_ELSEWHERE' }] },
    });
    await topUp(house, account, '1');
    expect(await first.result()).toEqual(['large']);
    await topUp(house, account, '1');
    expect([await isRunning(second), await isRunning(third)]).toEqual([true, true]);
    await topUp(house, account, '1');
    expect(await second.result()).toEqual(['small']);
    await topUp(house, account, '1');
    expect(await third.result()).toEqual(['']);
    await whenOver(house, account);
  });

  it('goes on with credits that a block gives back', async () => {
    const account = await house.fund('6');
    const door = createDoor();
    house.work.when('gives back', async () => {
      await door.opened;
      throw new Error('it failed');
    });
    const options = { retry: { maximumAttempts: 1 } };
    const failing = { call: 'data_work', input: { label: 'gives back' }, options };
    const other = await house.start(account, [failing]);
    await whenRunning(house, 'gives back');
    const handle = await house.start(account, [work('gets them')]);
    await whenInLine(house, account, 1);
    door.open();
    expect(await handle.result()).toEqual(['gets them']);
    await expect(other.result()).rejects.toThrow();
    await whenOver(house, account);
  });

  it('goes on with credits that were granted by hand in SQL', async () => {
    const account = await house.fund('1');
    const handle = await house.start(account, [work('by hand')]);
    await whenInLine(house, account, 1);
    await house.database.query(
      `select tollgate.grant_credits(null, id, 'by-hand', 'operator', 5000000, 0::smallint, null)
         from tollgate.accounts where name = $1`,
      [account],
    );
    expect(await handle.result()).toEqual(['by hand']);
    await whenOver(house, account);
  });

  it('goes on with the drip', async () => {
    const account = await house.fund('1');
    const handle = await house.start(account, [work('dripped')]);
    await whenInLine(house, account, 1);
    await house.database.query(
      `update tollgate.accounts set drip_amount = 10000000, drip_cap = 30000000,
              dripped_on = (now() at time zone 'UTC')::date - 1, due_at = now() where name = $1`,
      [account],
    );
    expect(await handle.result()).toEqual(['dripped']);
    await whenOver(house, account);
  });

  it('holds while the account is frozen', async () => {
    const account = await house.fund('1');
    const handle = await house.start(account, [work('frozen')]);
    await whenInLine(house, account, 1);
    await house.ledger.setFrozen(account, true);
    await topUp(house, account, '5');
    const episode = house.temporal.client.workflow.getHandle(outOfCreditsId(account));
    await episode.signal('look');
    await eventually(async () => (await episode.query<Episode>('line')).available === '6');
    expect(await isRunning(handle)).toBe(true);
    await house.ledger.setFrozen(account, false);
    expect(await handle.result()).toEqual(['frozen']);
    await whenOver(house, account);
  });

  it('passes over a run that was terminated, whether there are credits for it or not', async () => {
    const account = await house.fund('1');
    const gone = await house.start(account, [large]);
    await whenInLine(house, account, 1);
    const next = await house.start(account, [work('next')]);
    await whenInLine(house, account, 2);
    await gone.terminate();
    await topUp(house, account, '2');
    expect(await next.result()).toEqual(['next']);
    await whenOver(house, account);
    expect(await house.ledger.listReservations({ account })).toEqual([]);
  });

  it('goes on after somebody has ended its workflow', async () => {
    const account = await house.fund('1');
    const handle = await house.start(account, [work('kept')]);
    await whenInLine(house, account, 1);
    await house.temporal.client.workflow.getHandle(outOfCreditsId(account)).terminate();
    await topUp(house, account, '2');
    expect(await handle.result()).toEqual(['kept']);
    await whenOver(house, account);
  });
});
