/**
 * The promise: kill a worker while random trees of runs are under way, with SIGKILL and at any moment: what
 * support/run-trees.ts promises of trees holds all the same, and the books add up.
 */
import fc from 'fast-check';
import { credits } from '../../../index';
import { eventually } from '../../support/eventually';
import { endPrograms, startProgram, type Program } from '../../support/program';
import { uniqueTaskQueue, type TestWorker } from '../../support/temporal';
import { openHouse, type GatedHouse } from '../support/gated-house';
import { work } from '../support/lines';
import {
  checkTree,
  endTree,
  runTree,
  startTree,
  trees,
  whenAtRest,
  type Root,
} from '../support/run-trees';
import { loadWorkflowBundle } from '../support/workflow-bundle';
import type { WorkerArgument } from './programs/worker';

const ROUNDS = Number(process.env['TOLLGATE_PROPERTY_RUNS'] ?? 3);
/** How long an attempt may take: what has died with its worker is made again after it. */
const ATTEMPT = '3s';
const SLACK_MS = 500;

/** Always one of them: it is let be, and waits to be told to end, so that there is always one under way to kill. */
const LONG: Root = {
  blocks: ['plain', 'frugal', 'cheap', 'plain', 'frugal', 'cheap', 'plain', 'frugal', 'cheap'],
  parallel: ['frugal', 'frugal'],
  children: [],
  budget: null,
  guarantee: 'covers',
  end: 'let be',
};

let house: GatedHouse;
let reaper: TestWorker;
const workers: Program[] = [];
beforeAll(async () => {
  house = await openHouse();
  // It runs no agents, and lapses and asks as every worker does.
  const gate = { reaper: { everyMs: 50, askEveryMs: 200 } };
  reaper = await house.startWorker({ taskQueue: uniqueTaskQueue('reaper'), gate });
  // Made once here, so that the programs find it made.
  await loadWorkflowBundle();
  for (let count = 0; count < 2; count += 1) workers.push(startWorker());
  await Promise.all(workers.map((worker) => worker.receive('ready')));
});
afterAll(async () => {
  await endPrograms();
  await reaper.stop();
  await house.close();
});

it('a worker that dies among them breaks no promise', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(trees, { minLength: 1, maxLength: 3 }),
      // Enough for the guarantees of the two that are always there.
      fc.integer({ min: 60, max: 130 }),
      fc.integer({ min: 2, max: 9 }),
      async (roots, funds, calls) => {
        const account = await house.fund(String(funds));
        // Ended by the test while it holds a guarantee, so that nothing of its own can give that back.
        const abandoned = await house.start(account, [work('plain'), { wait: 1 }], {
          tollgate: { account, guarantee: '9' },
        });
        await whenCharged(account, 1);
        const long = await startTree(house, account, LONG, {
          attemptTimeout: ATTEMPT,
          last: { wait: 1 },
        });
        await whenCharged(account, 2);
        const running = Promise.all(
          roots.map(async (run) => ({ run, ...(await runTree(house, account, run, ATTEMPT)) })),
        );
        await eventually(async () => (await countCalls(account)) >= calls, {
          what: `${calls} calls to have reserved`,
          deadlineMs: 60_000,
        });
        expect((await long.describe()).status.name).toBe('RUNNING');
        // The other one is there to go on, and a third comes up meanwhile.
        await workers.shift()?.kill();
        await abandoned.terminate();
        workers.push(startWorker());
        await long.signal('go');
        const ends = [{ run: LONG, ...(await endTree(account, LONG, long)) }, ...(await running)];
        await whenAtRest(house, account, credits(funds));
        for (const { run, ...end } of ends) await checkTree(house, run, end);
        const { checks } = await house.ledger.doctor();
        expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      },
    ),
    { numRuns: ROUNDS, endOnFailure: true },
  );
});

function startWorker(): Program {
  const argument: WorkerArgument = {
    temporalAddress: house.temporal.address,
    databaseUrl: house.database.url,
    taskQueue: house.taskQueue,
    slackMs: SLACK_MS,
    systemTaskQueue: house.systemTaskQueue,
  };
  return startProgram(require.resolve('./programs/worker'), argument);
}

/** Waits until so many calls have been charged: the first of a run sets its guarantee aside. */
function whenCharged(account: string, calls: number): Promise<true> {
  return eventually(async () => (await house.charges(account)).length >= calls, {
    what: `${calls} charges`,
  });
}

async function countCalls(account: string): Promise<number> {
  const open = await house.ledger.listReservations({ account, limit: 1_000 });
  return open.length + (await house.charges(account)).length;
}
