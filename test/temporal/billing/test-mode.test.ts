/**
 * The promise: the tests of the packs run on Stripe itself when they are given a key of its test mode. Here
 * that way of running them is taken against the simulator: without webhooks, without Checkout, with clocks
 * that are asked until they are ready.
 */
import { startSimulator, type Simulator } from '../../../stripe/simulator/start';
import { openSeed, type SeedHouse } from '../support/seed-house';
import { openTestModeHouse, readTestMode } from '../support/test-mode-house';

let simulator: Simulator;
let seed: SeedHouse;
beforeAll(async () => {
  simulator = await startSimulator({});
  seed = await openSeed(
    await openTestModeHouse({ secretKey: 'sk_test_tollgate', apiUrl: simulator.url }),
  );
});
afterAll(async () => {
  await seed.close();
  await simulator.stop();
});

it('subscribes, upgrades, renews and cancels as in every other house', async () => {
  const account = await seed.openAt('2026-04-01T12:00:00Z');
  await account.subscribed('agent-200');
  await account.until('2026-04-11T12:00:00Z');
  await account.subscription.changePack({ pack: 'agent-1000' });
  const renewed = await account.until('2026-05-01T14:00:00Z');
  expect(renewed.credits).toMatchObject({ allowanceLeft: '1000' });
  const view = await account.subscription.cancel();
  expect(view.subscription).toMatchObject({ cancelsAt: '2026-06-01T12:00:00.000Z' });
  const amounts = (await account.invoices()).map(({ amount_paid }) => amount_paid);
  expect(amounts).toEqual([50_00, 113_32, 220_00]);
});

it('sees a card that is declined', async () => {
  const account = await seed.openAt('2026-04-01T12:00:00Z');
  await account.subscribed('agent-200');
  await account.useCard('pm_card_chargeCustomerFail');
  const view = await account.until('2026-05-01T14:00:00Z');
  expect(view).toMatchObject({ subscription: { state: 'grace' } });
});

it.each(['sk_live_4242', 'rk_live_4242', 'pk_test_4242', 'nonsense'])(
  'refuses %s: only a key of the test mode is taken',
  (key) => {
    expect(() => readTestMode({ TOLLGATE_TEST_STRIPE_KEY: key })).toThrow('test mode');
  },
);

it('is not part of a run without a key', () => {
  expect(readTestMode({})).toBeUndefined();
});
