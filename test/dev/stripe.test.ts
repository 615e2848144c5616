/** The promise: with a key, the run-time says which Stripe that is, and simulates none. */
import { provideStripe } from '../../dev/stripe';

const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});

it.each([
  ['sk_test_abc', /^real Stripe, test mode; no webhooks are taken/],
  ['sk_live_abc', /^real Stripe, live mode: real money; no webhooks are taken/],
])('simulates nothing with the key %s', async (key, said) => {
  process.env['STRIPE_SECRET_KEY'] = key;
  const stripe = await provideStripe({ folder: __dirname, progress: () => undefined });
  expect(stripe.said).toMatch(said);
  expect(stripe).not.toHaveProperty('part');
  expect(stripe).not.toHaveProperty('simulatorUrl');
});
