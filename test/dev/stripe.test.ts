/**
 * `tollgate dev` without a key has a Stripe: an account can subscribe, pay and travel in time from another terminal
 * in its folder. With a key it says which Stripe that is, and simulates none.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideStripe } from '../../dev/stripe';
import { readCliJson } from '../db/cli/run-cli';
import { eventually } from '../support/eventually';
import { listProcessesOf } from '../support/processes';
import { startDevIn, type RunningDev } from './running-dev';

const environment = { ...process.env };
let folder: string;
let running: RunningDev | undefined;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tollgate-stripe-')));
});

afterEach(async () => {
  process.env = { ...environment };
  running?.process.kill('SIGKILL');
  await eventually(() => listProcessesOf(folder).length === 0, { what: 'the end of all parts' });
  rmSync(folder, { recursive: true, force: true });
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

it.each([
  ['sk_test_abc', /^real Stripe, test mode; no webhooks are taken/],
  ['sk_live_abc', /^real Stripe, live mode: real money; no webhooks are taken/],
])('simulates nothing with the key %s', async (key, said) => {
  process.env['STRIPE_SECRET_KEY'] = key;
  const stripe = await provideStripe({ folder, progress: () => undefined });
  expect(stripe.said).toMatch(said);
  expect(stripe).not.toHaveProperty('part');
  expect(stripe).not.toHaveProperty('simulatorUrl');
});
