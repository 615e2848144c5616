/**
 * The promise: wherever in the life of a block its worker is killed, the call is charged once, for the
 * attempt whose settle reached the ledger first; no reservation is lost, and the run goes on on
 * another worker. Where no attempt follows, the credits come back at the deadline.
 */
import { credits } from '../../../index';
import { readRunCredits } from '../../../client';
import { eventually } from '../../support/eventually';
import { endPrograms, startProgram } from '../../support/program';
import { uniqueTaskQueue, type TestWorker } from '../../support/temporal';
import { openHouse, whenIdle, type GatedHouse } from '../support/gated-house';
import { GROWN, type KillPoint } from './programs/kill-points';
import type { WorkerArgument } from './programs/worker';

const FUNDS = '10';
/** `data_work` reserves so much, and costs so much for what each attempt uses. */
const RESERVED = credits('6');
const COST_OF_FIRST = '3';
const COST_OF_SECOND = '5';
const SECOND_KB = 8;
/** What every second attempt waits for. */
const ATTEMPT = '1s';
/** Temporal would otherwise give the dead worker ten seconds for the workflow task it took along. */
const WORKFLOW_TASK = '2s';

let house: GatedHouse;
/** The healthy worker that takes over. */
let successor: TestWorker | undefined;
beforeAll(async () => {
  house = await openHouse();
  house.work.when('doomed', ({ meter }) => {
    meter.add('kb', SECOND_KB);
    return 'second attempt';
  });
});
afterEach(async () => {
  await endPrograms();
  await successor?.stop();
  successor = undefined;
});
afterAll(() => house.close());

/** The point, and what is in the books once the worker is gone. */
const points: readonly (readonly [KillPoint, 'nothing' | 'reserved' | 'settled'])[] = [
  ['before the reserve', 'nothing'],
  ['while PostgreSQL reserves', 'reserved'],
  ['after the reserve', 'reserved'],
  ['during the block', 'reserved'],
  ['before the grow', 'reserved'],
  ['while PostgreSQL grows', 'reserved'],
  ['after the grow', 'reserved'],
  ['after the block', 'reserved'],
  ['while PostgreSQL settles', 'settled'],
  ['after the settle', 'settled'],
  ['before the completion is sent', 'settled'],
];

/** Points after which the next attempt finds more set aside. */
const GROWING: readonly KillPoint[] = ['while PostgreSQL grows', 'after the grow'];

/** Points of which the rest differ in nothing when no attempt follows. */
const UNFOLLOWED: readonly KillPoint[] = [
  'before the reserve',
  'while PostgreSQL reserves',
  'while PostgreSQL grows',
  'after the block',
  'before the completion is sent',
];

describe('a worker killed', () => {
  it.each(points)(
    '%s leaves %s in the books, and the call is charged once',
    async (point, left) => {
      const { account, handle, taskQueue } = await killWorker(point, { attempts: 5 });
      await eventually(async () => (await readBooks(account)) === left, { what: left });
      successor = await house.startWorker({ taskQueue });
      expect(await handle.result()).toEqual(['second attempt']);

      const cost = left === 'settled' ? COST_OF_FIRST : COST_OF_SECOND;
      const entries = await house.ledger.listEntries(account);
      expect(entries.map(({ kind }) => kind)).toEqual(['settled', 'granted']);
      const reserved = GROWING.includes(point) ? credits(GROWN) : RESERVED;
      expect(entries[0]).toMatchObject({ reserved, charged: credits(cost) });
      expect(await house.ledger.readAccount(account)).toMatchObject({
        balance: credits(FUNDS) - credits(cost),
        reserved: 0n,
      });
      expect(await readRunCredits(handle)).toMatchObject({ spent: cost, blocks: 1 });
      await expectCleanBooks();
    },
  );

  it.each(points.filter(([point]) => UNFOLLOWED.includes(point)))(
    '%s for good gives back at the deadline what was not settled',
    async (point, left) => {
      const { account, handle, taskQueue } = await killWorker(point, { attempts: 1, slackMs: 500 });
      successor = await house.startWorker({ taskQueue });
      await expect(handle.result()).rejects.toThrow();
      await eventually(async () => {
        await house.ledger.expireOverdue();
        return (await readBooks(account)) !== 'reserved';
      });

      const cost = left === 'settled' ? COST_OF_FIRST : '0';
      const kinds = {
        nothing: ['granted'],
        reserved: ['lapsed', 'granted'],
        settled: ['settled', 'granted'],
      };
      const entries = await house.ledger.listEntries(account);
      expect(entries.map(({ kind }) => kind)).toEqual(kinds[left]);
      const view = await whenIdle(house.ledger, account);
      expect(view.available).toBe(credits(FUNDS) - credits(cost));
      await expectCleanBooks();
    },
  );
});

/** Resolves when the worker that took the run's only block has killed itself. */
async function killWorker(
  killPoint: KillPoint,
  { attempts, slackMs }: { readonly attempts: number; readonly slackMs?: number },
) {
  const account = await house.fund(FUNDS);
  const taskQueue = uniqueTaskQueue('doomed');
  const argument: WorkerArgument = {
    temporalAddress: house.temporal.address,
    databaseUrl: house.database.url,
    taskQueue,
    killPoint,
    ...(slackMs === undefined ? {} : { slackMs }),
  };
  const worker = startProgram(require.resolve('./programs/worker'), argument);
  await worker.receive('ready');
  const options = {
    startToCloseTimeout: ATTEMPT,
    retry: { initialInterval: '50ms', maximumAttempts: attempts },
  } as const;
  const handle = await house.start(
    account,
    [{ call: 'data_work', input: { label: 'doomed' }, options }],
    { taskQueue, workflowTaskTimeout: WORKFLOW_TASK },
  );
  expect(await worker.ended).toBe('SIGKILL');
  return { account, handle, taskQueue };
}

async function readBooks(account: string): Promise<'nothing' | 'reserved' | 'settled'> {
  const open = await house.ledger.listReservations({ account });
  if (open.length > 0) return 'reserved';
  return (await house.charges(account)).length > 0 ? 'settled' : 'nothing';
}

async function expectCleanBooks(): Promise<void> {
  const { checks } = await house.ledger.doctor();
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
}
