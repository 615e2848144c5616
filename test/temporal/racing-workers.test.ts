/**
 * The promise: of blocks that race on an account over several worker processes, exactly as many run as
 * there are credits for, whatever the numbers, and every other one is refused.
 */
import type { InsufficientCredits } from '../../client';
import { endPrograms, startProgram } from '../support/program';
import type { WorkerArgument } from './crash/programs/worker';
import { openHouse, type GatedHouse } from './support/gated-house';

const PROGRAM = require.resolve('./crash/programs/worker');
const PRICE = 3;

let house: GatedHouse;
beforeAll(async () => {
  house = await openHouse();
  const argument: WorkerArgument = {
    temporalAddress: house.temporal.address,
    databaseUrl: house.database.url,
    taskQueue: house.taskQueue,
  };
  const workers = [startProgram(PROGRAM, argument), startProgram(PROGRAM, argument)];
  await Promise.all(workers.map((worker) => worker.receive('ready')));
}, 60_000);
afterAll(async () => {
  await endPrograms();
  await house.close();
});

it.each([
  { runs: 8, blocksPerRun: 5, credits: 17 },
  { runs: 20, blocksPerRun: 2, credits: 1 },
  { runs: 4, blocksPerRun: 10, credits: 40 },
  { runs: 10, blocksPerRun: 3, credits: 0 },
])(
  '$runs runs of $blocksPerRun blocks with credits for $credits',
  async ({ runs, blocksPerRun, credits }) => {
    const account = await house.fund(String(credits * PRICE + 1));
    // Not eagerly, so that the server hands the blocks out to both workers.
    const block = {
      call: 'work',
      input: { label: 'racing' },
      options: { allowEagerDispatch: false },
      catchRefusal: true,
    } as const;
    const parallel = Array.from({ length: blocksPerRun }, () => block);
    const results = await Promise.all(
      Array.from({ length: runs }, () => house.execute(account, [{ parallel }])),
    );
    const answers = (results as unknown as [unknown[]][]).flatMap(([answered]) => answered);
    const ran = answers.filter((answer) => answer === 'racing');
    const refused = answers.filter(
      (answer) => typeof answer === 'object' && (answer as InsufficientCredits).needed === '3',
    );
    expect(ran).toHaveLength(credits);
    expect(refused).toHaveLength(runs * blocksPerRun - credits);
    expect(await house.ledger.readAccount(account)).toMatchObject({
      available: 1_000_000n,
      reserved: 0n,
    });
  },
);
