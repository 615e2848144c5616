/** Promise: a closed loop counts whole operations of every caller, and never hides one that failed. */
import { runClosedLoop, type ClosedLoop } from '../../../bench/measure/closed-loop';
import type { Reading } from '../../../bench/measure/meters';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function setup(operate: ClosedLoop['operate']): ClosedLoop {
  let readings = 0;
  const readMeters = (): Promise<Reading> => {
    readings += 1;
    const used = readings === 1 ? 0 : 1_000;
    return Promise.resolve({ postgresMs: null, nodeMs: used, walBytes: used, transactions: used });
  };
  return { callers: 4, warmUpMs: 5, measureMs: 20, readMeters, operate };
}

it('costs are divided by the operations that were counted', async () => {
  const callers = new Set<number>();
  const sample = await runClosedLoop(
    setup(async (caller) => {
      callers.add(caller);
      await turn();
    }),
  );
  expect([...callers].sort()).toEqual([0, 1, 2, 3]);
  expect(sample.operations).toBeGreaterThan(0);
  expect(sample.walBytes).toBeCloseTo(1_000 / sample.operations);
  expect(sample.transactions).toBeCloseTo(1_000 / sample.operations);
  expect(sample.nodeCpuUs).toBeCloseTo(1_000_000 / sample.operations);
});

it('what cannot be read stays unknown', async () => {
  const sample = await runClosedLoop(setup(turn));
  expect(sample.postgresCpuUs).toBeNull();
});

it('an operation that fails ends the measurement with its error', async () => {
  let operations = 0;
  const failing = setup(async () => {
    await turn();
    operations += 1;
    if (operations === 10) throw new Error('refused');
  });
  await expect(runClosedLoop({ ...failing, measureMs: 60_000 })).rejects.toThrow('refused');
});
