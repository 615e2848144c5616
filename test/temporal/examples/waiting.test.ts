/** The promise: the example run that runs out in the middle of its parallel step waits, and finishes after a top-up. */
import { runWaiting } from '../../../examples/demo-waiting';
import { startExampleWorker, type ExampleWorker } from './example-worker';

const FOLDER = `${__dirname}/../../../docs/adr`;

let place: ExampleWorker;
beforeAll(async () => {
  place = await startExampleWorker();
});
afterAll(() => place.close());

it('pays every block once, before and after it has waited', async () => {
  const { waiting, run, doctor } = await runWaiting({ ...place, folder: FOLDER });
  expect(waiting.waiting?.every(({ block }) => block === 'summarise')).toBe(true);
  expect(waiting.byBlock['summarise']?.calls).toBeGreaterThan(0);
  expect(run.status).toBe('completed');
  const calls = run.blocks.map(({ block, nth }) => `${block} ${nth}`);
  expect(new Set(calls).size).toBe(calls.length);
  expect(calls).toContain('write_digest 1');
  expect(doctor.ok).toBe(true);
});
