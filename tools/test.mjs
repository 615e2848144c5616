/**
 * `npm test`: sets up, checks the sources, starts one PostgreSQL and one Temporal server for the run,
 * runs the tests against them and ends everything. Arguments go to Jest (`npm test -- test/db`); with
 * arguments only those tests run, without the checks. The last line is `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './check.mjs';
import { provideChromium } from './chromium.mjs';
import { setUp } from './setup.mjs';
import { root } from './setup/paths.mjs';
import { say } from './setup/steps.mjs';
import { provideTimeSkippingServer } from './time-skipping.mjs';

/** Without waits for the disk: a test server outlives crashes of processes, not of the machine. */
const POSTGRES_SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '300' };

/** How long Jest may take to end after it has written its results. */
const END_MS = 30_000;

const jestArguments = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'tollgate-test-'));
let services;
let jest;
let leftOpen = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void abort());

try {
  process.exitCode = await main();
} catch (error) {
  say(error.message);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
} finally {
  await cleanUp();
}

async function main() {
  const everything = jestArguments.length === 0;
  // A single test may be run while other files are being worked on.
  await setUp({ lenient: !everything });
  const failedChecks = everything ? await runChecks({ tests: false }) : [];
  const browser = everything || jestArguments.some((argument) => argument.includes('e2e'));
  const chromium = browser ? await provideChromium() : undefined;
  // Before the tests, whose time is limited; a single test asks for it itself.
  const timeSkipping = everything ? await provideTimeSkippingServer() : undefined;
  const { startServices } = createRequire(import.meta.url)('../dist/dev/services.js');
  services = await startServices({ folder, postgresSettings: POSTGRES_SETTINGS });
  const results = await runJest({
    TOLLGATE_TEST_DATABASE_URL: services.databaseUrl,
    TOLLGATE_TEST_TEMPORAL_ADDRESS: services.temporal.address,
    TOLLGATE_TEST_TEMPORAL_UI: services.temporal.uiUrl ?? '',
    ...(chromium ? { TOLLGATE_TEST_CHROMIUM: chromium } : {}),
    ...(timeSkipping ? { TOLLGATE_TEST_TIME_SKIPPING: timeSkipping } : {}),
  });
  return report(results, { everything, failedChecks });
}

/** @param {Record<string, string>} env */
async function runJest(env) {
  const outputFile = join(folder, 'results.json');
  const args = [
    join(root, 'node_modules/jest/bin/jest.js'),
    `--maxWorkers=${process.env.TOLLGATE_TEST_WORKERS ?? 2}`,
    '--json',
    `--outputFile=${outputFile}`,
    ...jestArguments,
  ];
  jest = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    // With --json, Jest writes what people read to stderr, and the JSON only to the file.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const watch = watchEnd(outputFile);
  await new Promise((resolve) => jest.once('close', resolve));
  clearInterval(watch);
  try {
    return JSON.parse(readFileSync(outputFile, 'utf8'));
  } catch (cause) {
    throw new Error('Jest ended without results.', { cause });
  }
}

/** What a test has left open would keep Jest, and whoever waits for it, for ever. */
function watchEnd(outputFile) {
  let writtenAt;
  return setInterval(() => {
    if (writtenAt === undefined && existsSync(outputFile)) writtenAt = Date.now();
    if (writtenAt === undefined || Date.now() - writtenAt < END_MS) return;
    leftOpen = true;
    jest.kill('SIGKILL');
  }, 1_000);
}

/**
 * Prints the counts; returns the exit code. A file that could not run at all counts as one failure, and so
 * does what keeps Jest from ending.
 */
function report(results, { everything, failedChecks }) {
  const { numPassedTests: passed, numPendingTests: skipped } = results;
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites + (leftOpen ? 1 : 0);
  if (everything && skipped > 0) say(`${skipped} tests were skipped, which counts as a failure`);
  if (leftOpen) say('a test has left something open, so that Jest did not end: a failure');
  if (passed === 0) say('no test has passed, which counts as a failure');
  if (failedChecks.length > 0) say(`checks that failed: ${failedChecks.join(', ')}`);
  console.log(`${passed} passed, ${failed} failed`);
  const allRan = passed > 0 && !(everything && skipped > 0);
  return results.success && failed === 0 && allRan && failedChecks.length === 0 ? 0 : 1;
}

async function abort() {
  jest?.kill('SIGTERM');
  await cleanUp();
  process.exit(130);
}

async function cleanUp() {
  await services?.stop();
  rmSync(folder, { recursive: true, force: true });
}
