/**
 * `npm run test:stripe`: the tests of the packs on Stripe itself, in test mode, with the key in
 * STRIPE_TEST_SECRET_KEY. What they find different is kept in stripe-differences.json and .md. Clocks there
 * take their time: minutes for each test. STRIPE_TEST_API_URL names another place that answers as Stripe does.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup/paths.mjs';
import { say } from './setup/steps.mjs';

/** Those that need nothing that only a simulator has. */
const TESTS = ['test/temporal/billing/seed-', 'test/temporal/billing/restart-period'];
/** Of one test, in ms: a dozen moves of a clock, each up to some minutes. */
const TEST_TIMEOUT = 30 * 60_000;

const { STRIPE_TEST_SECRET_KEY: key = '', STRIPE_TEST_API_URL: url } = process.env;
if (!/^(?:sk|rk)_test_\w+$/.test(key)) {
  say('STRIPE_TEST_SECRET_KEY must hold a key of the test mode, sk_test_… or rk_test_….');
  process.exit(1);
}

const tests = spawn(
  process.execPath,
  [
    join(root, 'tools/test.mjs'),
    ...TESTS,
    `--testTimeout=${TEST_TIMEOUT}`,
    '--reporters=default',
    `--reporters=${join(root, 'tools/stripe-differences.cjs')}`,
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      TOLLGATE_TEST_STRIPE_KEY: key,
      // One file after the other: test mode allows few requests a second.
      TOLLGATE_TEST_WORKERS: '1',
      ...(url ? { TOLLGATE_TEST_STRIPE_URL: url } : {}),
    },
  },
);
tests.once('close', (code) => {
  say('what was different is in stripe-differences.md');
  process.exitCode = code ?? 1;
});
