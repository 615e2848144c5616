/**
 * `tollgate dev` leaves nothing behind, however it ends: asked to, through the crash of a part, or killed
 * outright. Meanwhile it has a Stripe: an account can subscribe, pay and travel in time from another terminal.
 */
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errors } from '../../core/contract/errors';
import { readCliJson } from '../db/cli/run-cli';
import { eventually } from '../support/eventually';
import { listProcessesOf } from '../support/processes';
import { START_DEADLINE_MS, startDevIn, type RunningDev } from './running-dev';

let folder: string;
let running: RunningDev | undefined;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tollgate-dev-')));
});

afterEach(async () => {
  running?.process.kill('SIGKILL');
  await eventually(() => listProcessesOf(folder).length === 0, { what: 'the end of all parts' });
  rmSync(folder, { recursive: true, force: true });
});

it('stops every part on Ctrl-C, and lets nobody else start in its folder meanwhile', async () => {
  running = startDevIn(folder);
  await running.up();
  const second = startDevIn(folder);
  expect(await second.ended).toBe(errors.CONFIG_INVALID.exitCode);
  expect(second.errors()).toMatch(/another start in this folder is up/);

  running.process.kill('SIGINT');
  expect(await running.ended).toBe(0);
  expect(listProcessesOf(folder)).toEqual([]);
  expect(existsSync(join(folder, '.tollgate/run-time.json'))).toBe(false);
});

it('says which part has crashed, stops the others and fails', async () => {
  running = startDevIn(folder);
  await running.up();
  process.kill(running.pidOf('Temporal'), 'SIGKILL');
  expect(await running.ended).toBe(1);
  expect(running.errors()).toMatch(/Temporal ended: by signal SIGKILL/);
  expect(listProcessesOf(folder)).toEqual([]);
});

it('leaves no part behind when it is killed itself', async () => {
  running = startDevIn(folder);
  await running.up();
  expect(listProcessesOf(folder).length).toBeGreaterThan(3);
  running.process.kill('SIGKILL');
  await running.ended;
  await eventually(() => listProcessesOf(folder).length === 0, { what: 'the end of all parts' });
});

it('leaves no part behind when it is interrupted while it starts', async () => {
  running = startDevIn(folder);
  await eventually(() => running?.errors().includes('starting Temporal'), {
    deadlineMs: START_DEADLINE_MS,
  });
  running.process.kill('SIGINT');
  expect(await running.ended).toBe(130);
  await eventually(() => listProcessesOf(folder).length === 0, { what: 'the end of all parts' });
});

it('lets an account subscribe and travel to its renewal; ends with the simulator', async () => {
  running = startDevIn(folder);
  await running.up();
  expect(running.output()).toMatch(
    /Stripe +simulated.*\n +Its clocks +http.*\/clocks\n +Webhooks +http/,
  );
  const read = (...args: string[]) => readCliJson(args, { cwd: folder });
  await read('account', 'open', 'acme');
  const { url } = (await read('subscription', 'subscribe', 'acme', 'agent-200')) as { url: string };
  const body = new URLSearchParams({ outcome: 'pay', card: '4242424242424242' });
  expect((await fetch(url, { method: 'POST', body, redirect: 'manual' })).status).toBe(303);
  expect(await read('time', 'acme', '--to-renewal')).toMatchObject({
    view: { subscription: { state: 'active' }, credits: { allowanceLeft: '200' } },
  });
  expect(await read('doctor')).toMatchObject({ ok: true });

  process.kill(running.pidOf('Simulator'), 'SIGKILL');
  expect(await running.ended).toBe(1);
  expect(running.errors()).toMatch(/Simulator ended: by signal SIGKILL/);
  expect(listProcessesOf(folder)).toEqual([]);
});
