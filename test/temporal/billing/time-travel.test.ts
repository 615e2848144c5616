/**
 * The promise: at the simulator an account's time can be put forward, its books follow, and a subscription goes
 * through its whole life on the way; at Stripe itself nothing moves. A simulator that has forgotten everything
 * leaves no account behind that points to it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { moveTime, type MoveTarget } from '../../../cli/move-time';
import { subscriptionOf, type Subscription } from '../../../client';
import { errors } from '../../../core/contract/errors';
import { openGateway } from '../../../billing';
import { runCli } from '../../db/cli/run-cli';
import { DAY, openBillingHouse, type BillingHouse } from '../support/billing-house';

let house: BillingHouse;
beforeAll(async () => {
  house = await openBillingHouse();
});
afterAll(() => house.close());

interface Demo {
  readonly account: string;
  readonly subscription: Subscription;
}

let opened = 0;
/** An account that has never been to Stripe. */
async function open(): Promise<Demo> {
  const account = `demo-${(opened += 1)}-${Date.now()}`;
  await house.ledger.openAccount(account);
  const { taskQueue } = house;
  return { account, subscription: subscriptionOf(house.temporal.client, account, { taskQueue }) };
}

async function subscribe({ subscription }: Demo): Promise<void> {
  const answer = await subscription.subscribe({ pack: 'agent-200' });
  if (!('url' in answer)) throw new Error('no Checkout page');
  const body = new URLSearchParams({ outcome: 'pay', card: '4242424242424242' });
  expect((await fetch(answer.url, { method: 'POST', body, redirect: 'manual' })).status).toBe(303);
  await subscription.refresh();
}

const move = (demo: Demo, target: MoveTarget) =>
  moveTime({ ...house, subscription: demo.subscription }, demo.account, target);

async function customerOf({ account }: Demo): Promise<string> {
  return (await house.ledger.readStripePlace(account)).customer ?? '';
}

async function decline(demo: Demo): Promise<void> {
  const { data } = await house.sdk.paymentMethods.list({ customer: await customerOf(demo) });
  for (const { id } of data)
    await house.control(`payment_methods/${id}`, { decline: 'insufficient_funds' });
}

it('goes through renewal, decline, grace, the last retry and a new subscription', async () => {
  const demo = await open();
  await subscribe(demo);
  const renewed = await move(demo, 'renewal');
  expect(renewed.to.getTime() - renewed.from.getTime()).toBeGreaterThan(28 * DAY * 1_000);
  expect(renewed.view).toMatchObject({ subscription: { state: 'active' } });
  const packs = (await house.ledger.listGrants(demo.account)).filter(
    ({ source }) => source === 'pack',
  );
  expect(packs).toHaveLength(2);

  await decline(demo);
  const declined = await move(demo, 'renewal');
  expect(declined.view).toMatchObject({
    subscription: { state: 'grace' },
    credits: { allowanceLeft: '200' },
    banner: { kind: 'payment-failed' },
  });
  const given = await move(demo, 'end-of-retries');
  expect(given.view).toMatchObject({ subscription: { state: 'exhausted' } });
  expect(given.view.credits.available).toBe(declined.view.credits.available);
  await subscribe(demo);
  expect((await demo.subscription.refresh()).subscription.state).toBe('active');
});

it('drips for an account that has never been to Stripe', async () => {
  const demo = await open();
  const { view } = await move(demo, { by: 2 * DAY });
  expect(view.credits.available).toBe('15');
});

it('follows a clock that others have moved', async () => {
  const demo = await open();
  await subscribe(demo);
  const at = (await house.ledger.readClock(demo.account)).getTime() / 1_000 + 3 * DAY;
  await house.control(`customers/${await customerOf(demo)}/move`, { to: Math.floor(at) });
  const view = await demo.subscription.refresh();
  expect(view.at).toBe(new Date(Math.floor(at) * 1_000).toISOString());
  expect((await house.ledger.readClock(demo.account)).toISOString()).toBe(view.at);
});

it('says so when there is nothing to go to', async () => {
  const demo = await open();
  const refusal = { code: 'BILLING_ACTION_UNAVAILABLE' };
  await expect(move(demo, 'renewal')).rejects.toMatchObject(refusal);
  await subscribe(demo);
  await expect(move(demo, 'end-of-retries')).rejects.toMatchObject(refusal);
});

it('replaces a customer of a simulator that is gone, on a clock that begins where the account is', async () => {
  const demo = await open();
  const { to } = await move(demo, { by: 5 * DAY });
  await house.ledger.setStripeCustomer(demo.account, `cus_gone${opened}`, true);
  await subscribe(demo);
  expect(await customerOf(demo)).not.toMatch(/^cus_gone/);
  expect((await demo.subscription.refresh()).at).toBe(to.toISOString());
});

it('gives the free tier back to an account whose pack is forgotten with its simulator', async () => {
  const demo = await open();
  await subscribe(demo);
  expect((await house.ledger.readAccount(demo.account)).drip).toBe(false);
  await house.ledger.forgetStripeCustomer(demo.account, await customerOf(demo));
  await house.ledger.setStripeCustomer(demo.account, `cus_lost${opened}`, true);
  const view = await demo.subscription.refresh();
  expect(view).toMatchObject({ subscription: { state: 'free' }, credits: { available: '205' } });
  expect((await house.ledger.readAccount(demo.account)).drip).toBe(true);
});

it('never drops a link to a customer of the real Stripe', async () => {
  const demo = await open();
  const customer = `cus_real${opened}`;
  await house.ledger.setStripeCustomer(demo.account, customer);
  await expect(demo.subscription.refresh()).rejects.toMatchObject({ code: 'STRIPE_REFUSED' });
  expect(await customerOf(demo)).toBe(customer);
});

describe('where Stripe is real', () => {
  const refusal = { code: 'TIME_TRAVEL_UNAVAILABLE' };
  const secretKey = 'sk_test_tollgate';

  it('is refused at the edge and by the gateway, and no clock moves', async () => {
    const demo = await open();
    const gateway = openGateway({ secretKey, catalogue: house.catalogue });
    const before = await house.ledger.readClock(demo.account);
    const { ledger } = house;
    const asked = moveTime({ ledger, gateway, subscription: demo.subscription }, demo.account, {
      by: DAY,
    });
    await expect(asked).rejects.toMatchObject(refusal);
    await expect(gateway.moveTime('cus_1', 4_000_000_000)).rejects.toMatchObject(refusal);
    expect(await ledger.readClock(demo.account)).toEqual(before);
  });

  it('is refused where something else than the simulator answers', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const apiUrl = `http://127.0.0.1:${port}`;
    const gateway = openGateway({ secretKey, apiUrl, catalogue: house.catalogue });
    expect(await gateway.isSimulated()).toBe(false);
    await expect(gateway.moveTime('cus_1', 4_000_000_000)).rejects.toMatchObject(refusal);
    server.close();
  });

  it.each([
    ['TIME_TRAVEL_UNAVAILABLE', { STRIPE_SECRET_KEY: secretKey }, ['--days', '1']],
    ['CONFIG_INVALID', {}, ['--days', '1']],
    ['INPUT_INVALID', {}, ['--days', '1', '--to-renewal']],
    ['INPUT_INVALID', {}, ['--days', '-1']],
  ] as const)('ends the command with %s, given %j and %j', async (code, variables, flags) => {
    const { account } = await open();
    const env = { TEMPORAL_ADDRESS: house.temporal.address, ...variables };
    const args = ['time', account, ...flags];
    const { status, stderr } = await runCli(args, { databaseUrl: house.database.url, env });
    expect(stderr).toMatch(new RegExp(`^${code}: `));
    expect(status).toBe(errors[code].exitCode);
  });
});
