/**
 * The promise: `tollgate subscription` does for an operator what the owner of an account can ask for, in words
 * and as JSON, and refuses with the code and exit status of the error table.
 */
import { errors } from '../../../core/contract/errors';
import type { BillingView } from '../../../core/contract/billing-view';
import type { PackPreview } from '../../../core/contract/pack-preview';
import { readCliJson, runCli } from '../../db/cli/run-cli';
import { openBillingHouse, type BillingHouse, type TestAccount } from '../support/billing-house';

let house: BillingHouse;
let account: TestAccount;
beforeAll(async () => {
  house = await openBillingHouse();
  account = await house.openAccount();
  // On the task queue of this test; the command finds the workflow by its name.
  await account.subscription.refresh();
});
afterAll(() => house.close());

const options = () => ({ env: { TEMPORAL_ADDRESS: house.temporal.address } });
const args = (name: string, more: readonly string[]) => [
  'subscription',
  name,
  account.account,
  ...more,
];
const read = (name: string, ...more: string[]) => readCliJson(args(name, more), options());
const run = (name: string, ...more: string[]) => runCli(args(name, more), options());

it('subscribes, previews, changes for what was previewed, cancels and keeps it', async () => {
  const { url } = (await read('subscribe', 'agent-200')) as { url: string };
  await account.pay(url);
  expect(await read('show')).toMatchObject({
    subscription: { state: 'active', plan: 'agent-200' },
  });
  const preview = (await read('preview', 'agent-1000')) as PackPreview;
  const agreed = (await run('preview', 'agent-1000')).stdout;
  const [, typed = ''] = /^Confirm with +--preview (\S+)$/m.exec(agreed) ?? [];
  const changed = await read('change', 'agent-1000', '--preview', typed);
  expect(changed).toMatchObject({ credits: { allowanceLeft: preview.creditsAfter } });
  expect(await read('cancel')).toMatchObject({ subscription: { state: 'canceling' } });
  const kept = (await read('resubscribe')) as BillingView;
  expect(kept.subscription).toMatchObject({ state: 'active', plan: 'agent-1000' });
  const { stdout } = await run('show');
  expect(stdout).toMatch(/^State +active$/m);
  expect(stdout).toMatch(/^Plan +Agent 1,000 \(agent-1000\), 220\.00 USD a month$/m);
});

it('answers with pages of Stripe for a top-up and the portal', async () => {
  const pages = [await read('top-up', 'top-up-100'), await read('portal')];
  for (const page of pages as { url: string }[]) {
    expect((await fetch(page.url)).status).toBe(200);
  }
});

it('turns automatic top-ups on and off', async () => {
  const limits = ['--below', '20', '--ceiling', '100'];
  expect(await read('auto-top-up', 'top-up-100', ...limits)).not.toMatchObject({
    autoTopUp: 'off',
  });
  expect(await read('auto-top-up')).toMatchObject({ autoTopUp: 'off' });
});

it.each([
  ['PLAN_UNKNOWN', ['change', 'agent-7']],
  ['PREVIEW_STALE', ['change', 'agent-200', '--preview', '1:1.00']],
  ['INPUT_INVALID', ['change', 'agent-200', '--preview', 'soon']],
  ['INPUT_INVALID', ['auto-top-up', 'top-up-100']],
] as const)('refuses with %s: %j', async (code, [name, ...more]) => {
  const { status, stderr } = await run(name, ...more);
  expect(stderr).toMatch(new RegExp(`^${code}: `));
  expect(status).toBe(errors[code].exitCode);
});
